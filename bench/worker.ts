/** A process of its own in which one thing is measured. worker.ts's other end is workerProcess.ts. */
import { createEngine } from '../engine';
import { Readings } from '../engine/readings';
import { createBackend } from '../native';
import { DEFAULT_READING } from '../shared/socket';
import { Floor } from './floor';
import { RemotePage } from './page';
import type { Answers, Kind, Question } from './workerProtocol';

type Handlers = { [Name in Question]?: () => Answers[Name] | Promise<Answers[Name]> };

const usage = (): Answers['usage'] => {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000, now: performance.now() };
};

const kinds: Record<Kind, () => Handlers | Promise<Handlers>> = {
  /** Nothing but Node, this program's modules and koffi, which importing the backend loads. */
  empty: () => ({ usage }),

  cold: () => ({
    run: () => {
      const start = performance.now();
      const backend = createBackend(null);
      backend.watchDestroyed();
      const readings = new Readings(backend);
      readings.take(DEFAULT_READING, Date.now());
      return { ms: performance.now() - start, rows: readings.table.length };
    },
  }),

  steady: () => {
    const backend = createBackend(null);
    backend.watchDestroyed();
    const readings = new Readings(backend);
    const floor = new Floor();
    return {
      run: () => {
        const start = performance.now();
        readings.take(DEFAULT_READING, Date.now());
        const taken = performance.now();
        readings.diff();
        const end = performance.now();
        return { ms: end - start, diffMs: end - taken, rows: readings.table.length };
      },
      floor: () => {
        const start = performance.now();
        floor.run();
        return { ms: performance.now() - start };
      },
      missed: () => ({ missedEvents: readings.missedEvents }),
      usage,
    };
  },

  engine: () => {
    createEngine(null).start();
    return { usage };
  },

  'engine with a page': () => {
    const engine = createEngine(null);
    engine.start();
    engine.serve(new RemotePage());
    return { usage };
  },

  /** The call alone, as for a program that has it loaded. */
  systeminformation: async () => {
    const { default: systeminformation } = await import('systeminformation');
    return {
      run: async () => {
        const start = performance.now();
        const found = await systeminformation.networkConnections();
        return { ms: performance.now() - start, rows: found.length };
      },
    };
  },
};

const handlers = await kinds[process.argv[2] as Kind]();
process.on('message', (question: Question) => {
  void Promise.resolve(handlers[question]!()).then((answer) => process.send!(answer));
});
process.on('disconnect', () => process.exit());
process.send!('ready');
