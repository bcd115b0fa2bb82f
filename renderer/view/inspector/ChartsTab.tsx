import type { FactUnit } from '../../../shared/details';
import type { SocketRow } from '../../../shared/socket';
import type { SeriesName } from '../../model/history';
import type { DetailsState } from '../../model/openDetails';
import { useUi } from '../../model/uiStore';
import { t } from '../../strings';
import { Chart } from './Chart';
import { useInspector } from './useInspector';

export interface ChartLine {
  series: SeriesName;
  label: string;
}

export interface ChartSpec {
  name: string;
  title: string;
  unit: FactUnit;
  /** The top of the scale while all values are smaller: noise must not look like a mountain. */
  least: number;
  lines: readonly ChartLine[];
}

/** What the counters have said since the socket was first opened, at most ten minutes of it. */
export function ChartsTab({ state: { id, row } }: { state: DetailsState }) {
  const traffic = useUi(({ welcome }) => welcome?.traffic);
  const history = useInspector().watch(id)?.history;
  if (history === undefined) return <p className="note">{t.inspector.charts.waitingForValues}</p>;
  const data = history.data();
  const isUncounted = traffic?.counted === 'never' && row.protocol === 'tcp';
  return (
    <>
      {isUncounted && <p className="note">{traffic.why ?? t.columns.uncounted}</p>}
      <div className="charts">
        {chartsOf(row).map((spec) => (
          <Chart key={spec.name} spec={spec} data={data} />
        ))}
      </div>
    </>
  );
}

function chartsOf({ state }: SocketRow): ChartSpec[] {
  const { charts } = t.inspector;
  const listens = state === 'LISTEN';
  return [
    {
      name: 'traffic',
      title: charts.traffic,
      unit: 'bytes/s',
      least: 1000,
      lines: [
        { series: 'received', label: charts.received },
        { series: 'sent', label: charts.sent },
      ],
    },
    { name: 'rtt', title: charts.rtt, unit: 'ms', least: 0.1, lines: [{ series: 'rtt', label: charts.rtt }] },
    {
      name: listens ? 'backlog' : 'queues',
      title: listens ? charts.backlog : charts.queues,
      unit: listens ? 'count' : 'bytes',
      least: listens ? 5 : 1000,
      lines: [
        { series: 'receiveQueue', label: listens ? charts.waiting : charts.receiveQueue },
        { series: 'sendQueue', label: listens ? charts.limit : charts.sendQueue },
      ],
    },
  ];
}
