import type { DetailsReply } from '../../shared/contract';
import type { SocketDetails } from '../../shared/details';
import type { SocketRow } from '../../shared/socket';

/** What the panel shows. */
export interface DetailsState {
  id: string;
  /** As it was last seen */
  row: SocketRow;
  /** What was last told; null until the first answer. */
  details: SocketDetails | null;
  ended: boolean;
}

/**
 * The socket whose properties are open: asks for its details when it is opened and again with each update, one question
 * at a time. When it has ended, what was known last stays.
 */
export class OpenDetails {
  private state: DetailsState | null = null;
  private waiting = false;

  constructor(
    private readonly ask: (id: string) => void,
    private readonly changed: (state: DetailsState | null) => void,
  ) {}

  get id(): string | null {
    return this.state?.id ?? null;
  }

  open(row: SocketRow): void {
    if (this.state?.id === row.id && !this.state.ended) return;
    this.become({ id: row.id, row, details: null, ended: false });
    this.waiting = false; // an answer that is under way is another socket's
    this.question();
  }

  close(): void {
    if (this.state !== null) this.become(null);
  }

  /** An update has come; `row` is what it says of the socket, or nothing new. */
  updated(row: SocketRow | undefined): void {
    if (this.state === null || this.state.ended) return;
    if (row !== undefined && row !== this.state.row) this.become({ ...this.state, row });
    this.question();
  }

  /** There is a new wire, and what was asked on the old one will never be answered. */
  reconnected(): void {
    this.waiting = false;
  }

  answered({ id, details }: DetailsReply): void {
    if (this.state?.id !== id) return;
    this.waiting = false;
    if (this.state.ended) return;
    this.become(details === null ? { ...this.state, ended: true } : { ...this.state, details });
  }

  private question(): void {
    if (this.state === null || this.waiting) return;
    this.waiting = true;
    this.ask(this.state.id);
  }

  private become(state: DetailsState | null): void {
    this.state = state;
    this.changed(state);
  }
}
