/** Faces made of signs, and what they become when they are sent. */
const FACES: Readonly<Record<string, string>> = {
  ':)': '🙂',
  ':-)': '🙂',
  ':(': '🙁',
  ':-(': '🙁',
  ';)': '😉',
  ';-)': '😉',
  ':D': '😃',
  ':-D': '😃',
  ':P': '😛',
  ':-P': '😛',
  ':O': '😮',
  ':-O': '😮',
  ':/': '😕',
  ':-/': '😕',
  ":'(": '😢',
  'B-)': '😎',
  '<3': '❤️',
};

/** Words with emoji for the faces that stand by themselves: "(a:)" and "https://" are none. */
export function withFaces(text: string): string {
  return text.replace(
    /(^|\s)([:;B<][-']?[)(DPO/3])(?=$|[\s.,!?])/g,
    (whole, before: string, face: string) => {
      const sign = FACES[face];
      return sign === undefined ? whole : before + sign;
    },
  );
}

/** The same in clean markup, outside code. */
export function facesIn(root: Node): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { currentNode } = walker;
    if (!currentNode.parentElement?.closest('code,pre'))
      currentNode.nodeValue = withFaces(currentNode.nodeValue ?? '');
  }
}
