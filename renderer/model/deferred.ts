/**
 * Work that follows from typing: done once, after the browser has shown what was typed. A further key before then puts
 * nothing more in the queue. A hidden page paints nothing, so it is not waited for there.
 */
export class Deferred {
  private asked = false;

  constructor(
    private readonly work: () => void,
    private readonly afterPaint: (then: () => void) => void = afterNextPaint,
  ) {}

  ask(): void {
    if (this.asked) return;
    this.asked = true;
    this.afterPaint(() => this.now());
  }

  /** Does at once what was asked for, if anything was. */
  now(): void {
    if (!this.asked) return;
    this.asked = false;
    this.work();
  }
}

function afterNextPaint(then: () => void): void {
  if (document.hidden) setTimeout(then);
  // What is queued from a frame runs when that frame has been painted.
  else requestAnimationFrame(() => setTimeout(then));
}
