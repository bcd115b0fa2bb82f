/** Why the grid keeps still for a while. */
export type HoldReason =
  /** The pointer is over the rows. */
  | 'pointer'
  /** A menu or a question about rows is open. */
  | 'menu'
  /** The keyboard is in the grid, and has selected something. */
  | 'keyboard';

/** Whether the grid is held still: for as long as there is a reason, unless the user lets go. */
export class Holding {
  private readonly reasons = new Set<HoldReason>();
  /** The user has let go, and the pointer has not left the rows since. */
  private isSuspended = false;

  constructor(private readonly apply: (held: boolean) => void) {}

  set(reason: HoldReason, on: boolean): void {
    if (on) this.reasons.add(reason);
    else this.reasons.delete(reason);
    if (reason === 'pointer' && !on) this.isSuspended = false;
    this.update();
  }

  /** The user wants to see everything now: until the pointer comes back, and the keyboard selects anew. */
  letGo(): void {
    this.reasons.delete('keyboard');
    this.isSuspended = this.reasons.has('pointer');
    this.update();
  }

  private update(): void {
    const byPointer = this.reasons.has('pointer') && !this.isSuspended;
    this.apply(byPointer || this.reasons.has('menu') || this.reasons.has('keyboard'));
  }
}
