/** The bundle `/embed/parley-presence.js`: loading it defines `<parley-presence>`. */
import { definePresence } from './presence-element.ts';

definePresence({
  fetch: (...request) => fetch(...request),
  random: () => Math.random(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => {
      clearTimeout(timer);
    };
  },
});
