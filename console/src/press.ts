/**
 * A press of the pointer or of the space bar takes a tenth of a second, and counts only when it ends on the element that
 * it began on. Nothing is drawn anew meanwhile: the press would be lost, and nobody would know why.
 */
const LONGEST_MS = 10_000; // an end that nobody tells us holds up no news for good

let down: Promise<void> | null = null;
let over = (): void => undefined;

function begin(): void {
  if (down !== null) return;
  down = new Promise((resolve) => {
    const limit = window.setTimeout(() => over(), LONGEST_MS);
    over = () => {
      window.clearTimeout(limit);
      down = null;
      resolve();
    };
  });
}

/** The click comes right behind the end of the press: that first. */
function end(): void {
  if (down === null) return;
  const mine = over;
  window.setTimeout(() => mine === over && over());
}

/** Begins to look at what is pressed. */
export function watchPresses(): void {
  window.addEventListener('pointerdown', begin, true);
  window.addEventListener('pointerup', end, true);
  window.addEventListener('pointercancel', end, true);
  window.addEventListener('keydown', (event) => event.key === ' ' && begin(), true);
  window.addEventListener('keyup', (event) => event.key === ' ' && end(), true);
}

/** Until nothing is pressed. */
export async function released(): Promise<void> {
  while (down !== null) await down;
}
