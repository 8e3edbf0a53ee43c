/**
 * The tone after which one speaks: 880 Hz for half a second, as packets of 20 ms, since there is no encoder here. Made
 * once with the AudioEncoder of Chromium (mono, 20 kbit/s).
 */
const PACKETS = [
  '+P/+',
  'eIBXMtdPVBjpt8gANZYB8v/nSk5ql4Eo4TZ5enWj72gAScElKsrM26sH7aQp54P71bwe+mxFqdcy1ApS9FIywShBQWnhDEyuQ3/6tUHlD/mlKekOhlaCS+O3Rn+1hbDjbiqkfcposH1a70tSnJeFkl+cxwWh3g==',
  'eKFC6PFdDgQk0RDozpbusBafR3RizAXEVLJjMz7GJQU3YbVx/rBG8sNYESb/zOPZohAx',
  'eKFC6BRWsu7M6A7Sk/mOWL0/TeQlN236u7B7j/e6K0w7LyanV1dgEOlzcMBWcksJI44ajZ8k5g4QLw==',
  'eKFC6BRWsu7M5uVSD2rSmkLhuO7+Vm+/R1sDxntBhVWGRz6cr9qdP8o8pMttOpyK4rLpnv2RGa3i4gCp',
  'eKFC6BRWsu7M6A+81E/LeEKQY1u4qCXOUlUScUzDTJKSTcR17K/U40AAmbsl3/GwNtXV3myuuPGB4T3tMg==',
  'eKFC6BRWsu7M5s8NCn2VXxk4Dz+WqzUmoxyIQ01+qRZVrmp4Spn4rVXFkaRxDNN9JeTGUjeSsbTwLS/pMSHYdw==',
  'eKFC6BRWsu7M6A9ZoHy7d/C06cxv9uiwHQpDtIoCsVO7jqHgOIEYQA1sdxy9DyD5I5IpsphRgeOrUTI=',
  'eKFC6BRWsu7M5eGcCDINAemBoopO8Hout9albcDDH4c0c1UuEty72xF19ZNaxytjGz0nwQONal21PUoL1gk=',
  'eKFC6BRWsu7M5s76Y3K1ihXIJ8uojKvXtWR+cqefbR8vRwKccUse8rV79NtD/6cwnAF1s/UqYnLiAIk=',
  'eKFC6BRWsu7M5eGmcC7ZEJ9ZrNDKLOYivreNE0yO5XMvLAEZoc33gqdFSAWjmb4M1xTxlZZ9GODoI9kpbT3tMg==',
  'eKFC6BRWsu7M5aVM8lee+Th28/5okawO13K4DDIoravRWi4RpE51+brU2XzMo1ssnfmTrFD5KaeTkYB3',
  'eKFC6BRWsu7M5eEg2O/g0k/3YokYWU04RFxSA+/wZ3IWpwKYjEMonxdni7QGhIRnxsohs8sMV+qlu6cPq1Ey',
  'eKFC6BRWsu7M6DSy/C6dEwnuS6p2SzG4J34KDCcBe+Konpj5ftAejYj8lOKKZ4fTfkccnonE+ITfSRceDhAJ',
  'eKFC6BRWsu7M5/lLsUwDaBiC+c9lX3Dsdn+52cARciNoMyPtZSx282kypXmJZJW1Uneqw4nOARmt4uIAiQ==',
  'eKFC6BRWsu7M6A+BS9MuKTsQkR7GcNq1UTeeeN3sqlUwQx5eZv04H8mTbUE47PY1aCFnne8q2SltPe0y',
  'eKFC6BRWsu7M5eGlNE7lt6sBeyWF+pJ9UjLDLdCzXwesWOZkWK8kz8sKJrFAXrMYlFUD+OcDiXjqb+kxIdg3',
  'eKFC6BRWsu7M6V/x/QnUANnbI+X0EDmu5tENKlEawV+Y1fbMpGFY268L5KWknPJJIV+pYiLkHJIwUYHjq1Ey',
  'eKFC6BRWsu7M5wviqIPi1rMFdOfwx0Y5iLU7BbCOEObtQXub8Mfr7C/FOWu/KOkQWXX7XO+6/jAuJgvWCQ==',
  'eKFC6BRWsu7M5uU+YgnB7njjKvQgugP8jtIoQExiD5/gWFURaENvdsweOfe+sZBiwCa170CPrOf5bcfG4gCp',
  'eKFC6BRWsu7M6SQXwzpUGE5uwpXUFXyn+mmpsGX8DWRZAKBRgmPLn+JhLkv58iEZu5J2PCPygwB5KW097TI=',
  'eKFC6BRWsu7M6SOPj97qOTT+xJ0sncYrlMWqBI4VXVFo9dqeCUdWDqEknHhbi41w16pE1UsmFWzC1SmnkSHYd2e03RnxPUBzGqJJXXvIbZWsdn4stuwcEqA2kA==',
  '+Jz0FSxlnEXJBWaDDePHuKUjzuMGdNv6W2GvCwkRNiHUxrMShbguF7Hq0dHHnEzguovY',
  '+JwZqdTCNFYa65NG5dq4ZyleXIxAanBcSuHUcaUMkYE08YE4C3KeEuymHrVMoQ3jfWLY',
  '+JxKwB1IZkQWKaVpa9RQgmR05nUzjydlKzy0qtrKVe+4h4IeYccu01GjwJDiFYOqXYrX',
  '+J94EKMS2C+3XEiW0F5arn62INulS07H3HiVP6gGcUx0Aq3MvCCvBLzrHMxWo67Q87+9TBZoI5PHJ96KLtg=',
  '+J+kPA+ILm3qy319lFaZZ9RfY1FycFS89JqjTl4+hDoi3W8Yes/eReX2oLLIO2Fpu+yXL6U3GBM/+9aAOJhyHTtm7VnLXKsmIkwSy5Y=',
  '+H32L1xkz/WK3Yj69BFoLS7h+awOVSzWUtEXmhfqpo0uvc4DRxBQgPtllYqMwFCA48QRi5DnxH7f/3QAAAAAAg==',
  '+H/3BpZT+yvt3i4R/rncCKSilbPzxWVJ45fSA2sK5W4sPxAdbKweeAABTmgBBpQRhgEL',
];

export const TONE: readonly Buffer[] = PACKETS.map((packet) => Buffer.from(packet, 'base64'));

/** A frame of silence (RFC 6716 §2.1.9): keeps the way open while the server only listens. */
export const SILENCE = Buffer.from('f8fffe', 'hex');
