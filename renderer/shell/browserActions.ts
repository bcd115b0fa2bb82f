/** Acting from a page in a browser: one wire per order, on which the host asks the user and tells how it goes. */
import type {
  Accepted,
  BrowserAction,
  BrowserActionReply,
  OrderReport,
  Progress,
} from '../../shared/contract';
import type { Confirmation, Order } from '../../shared/orders';
import { t } from '../strings';

/** Puts the host's question to the user, or takes it back where there is nobody left to answer. */
export interface Questions {
  ask(question: Confirmation): Promise<boolean>;
  withdraw(): void;
}

/** As much of a WebSocket as is used. */
export type Wire = Pick<WebSocket, 'send' | 'close' | 'onmessage' | 'onclose'>;

export class BrowserActions {
  /** That of the order under way */
  private wire: Wire | null = null;

  /** @param open a wire to the host's actions, which shows the token by itself */
  constructor(
    private readonly open: () => Wire,
    private readonly questions: Questions,
    private readonly progress: (progress: Progress) => void,
  ) {}

  /** The host puts the question, the user answers it, the host acts and reports. @throws Error with a sentence */
  act(order: Order): Promise<OrderReport> {
    return new Promise((resolve, reject) => {
      const wire = this.open();
      this.wire = wire;
      const end = (): void => {
        if (this.wire === wire) this.wire = null;
        wire.onclose = null; // the next question is not this wire's to take back
        wire.close();
      };
      const receive = async (reply: Accepted | BrowserActionReply): Promise<void> => {
        switch (reply.type) {
          case 'accepted':
            send(wire, { type: 'prepare', order });
            break;
          case 'confirm':
            // Only the host's own nonce says yes, and only to this very question.
            if (await this.questions.ask(reply.confirmation)) {
              send(wire, { type: 'confirm', nonce: reply.nonce });
            } else {
              resolve({ confirmed: false });
              end();
            }
            break;
          case 'progress':
            this.progress(reply.progress);
            break;
          case 'report':
            resolve({ confirmed: true, report: reply.report });
            end();
            break;
          case 'refused':
            reject(new Error(reply.message));
            end();
            break;
        }
      };
      wire.onmessage = (event) =>
        void receive(JSON.parse(String(event.data)) as Accepted | BrowserActionReply);
      wire.onclose = () => {
        if (this.wire === wire) this.wire = null;
        this.questions.withdraw();
        reject(new Error(t.window.answerLost));
      };
    });
  }

  stop(): void {
    if (this.wire !== null) send(this.wire, { type: 'stop' });
  }
}

function send(wire: Wire, action: BrowserAction): void {
  wire.send(JSON.stringify(action));
}
