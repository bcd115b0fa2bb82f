import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { factText } from '../../../shared/factText';
import { formatClock } from '../../model/clock';
import type { HistoryData } from '../../model/history';
import { useUi } from '../../model/uiStore';
import { t } from '../../strings';
import type { ChartSpec } from './ChartsTab';

/** px for the texts of the vertical axis */
const AXIS = 68;
/** The shortest time that fills a chart, s */
const LEAST_SPAN = 60;
/** Of the second line, px: it is told from the first by more than its colour. */
const DASH = [5, 4];

/** One chart with its legend: live, drawn by uPlot on a canvas; a screen reader is told the latest values. */
export function Chart({ spec, data }: { spec: ChartSpec; data: HistoryData }) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  /** The reading under the pointer; null: the last one */
  const [pointed, setPointed] = useState<number | null>(null);
  const columns = columnsOf(spec, data);
  const latest = useRef(columns);
  latest.current = columns;
  const isKnown = columns.slice(1).some((values) => values.some((value) => value !== null));

  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const chart = new uPlot(optionsOf(spec, element, setPointed), latest.current, element);
    plot.current = chart;
    const observer = new ResizeObserver(() => {
      chart.setSize({ width: element.clientWidth, height: element.clientHeight });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
      plot.current = null;
    };
    // A chart is known by its name; its titles and units do not change under it.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [spec.name, isKnown]);

  useEffect(() => plot.current?.setData(columns));

  // Colours are read when it is drawn.
  const theme = useUi((ui) => ui.theme);
  useEffect(() => {
    const redraw = (): void => plot.current?.redraw(false);
    const dark = window.matchMedia('(prefers-color-scheme: dark)');
    redraw();
    dark.addEventListener('change', redraw);
    return () => dark.removeEventListener('change', redraw);
  }, [theme]);

  const at = pointed !== null && pointed < data.times.length ? pointed : data.times.length - 1;
  const values = spec.lines.map(({ series, label }) => {
    const value = data.series[series][at] ?? null;
    return { series, label, text: value === null ? t.inspector.unknown : textOf(spec, value) };
  });
  const words = values.map(({ label, text }) => t.inspector.charts.value(label, text));
  return (
    <figure className="chart">
      <figcaption>
        <h3>{spec.title}</h3>
        {isKnown && (
          <ul className="legend">
            {values.map(({ series, label, text }, i) => (
              <li key={series}>
                <span className={`swatch ${i === 0 ? 'first' : 'second'}`} aria-hidden />
                {spec.lines.length > 1 && label} <b>{text}</b>
              </li>
            ))}
            {pointed !== null && <li className="when">{formatClock(1000 * data.times[at]!)}</li>}
          </ul>
        )}
      </figcaption>
      {isKnown ? (
        <div
          ref={frame}
          className="plot"
          role="img"
          aria-label={t.inspector.charts.summary(spec.title, words)}
        />
      ) : (
        <p className="note">
          {data.times.length < 3 ? t.inspector.charts.waitingForValues : t.inspector.charts.none}
        </p>
      )}
    </figure>
  );
}

function columnsOf({ lines }: ChartSpec, { times, series }: HistoryData): uPlot.AlignedData {
  return [times, ...lines.map((line) => series[line.series])];
}

function textOf({ unit }: ChartSpec, value: number): string {
  return factText({ value: unit === 'ms' ? Number(value.toPrecision(3)) : Math.round(value), unit });
}

/** Sizes, scales and colours. Styles are set through the CSSOM, as the page's policy wants it. */
function optionsOf(
  spec: ChartSpec,
  frame: HTMLElement,
  point: (index: number | null) => void,
): uPlot.Options {
  const style = getComputedStyle(frame); // live: it follows the theme
  const font = `11px ${style.fontFamily}`;
  const figure = frame.parentElement!;
  const swatches = figure.getElementsByClassName('swatch');
  const colour = (line: number) => (): string => getComputedStyle(swatches[line]!).color;
  const axis = {
    font,
    stroke: () => style.color,
    grid: { stroke: () => style.borderTopColor, width: 1 },
    ticks: { show: false },
  };
  return {
    width: Math.max(frame.clientWidth, 1),
    height: Math.max(frame.clientHeight, 1),
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { range: (_chart, least, most) => [Math.min(least, most - LEAST_SPAN), most] },
      y: { range: (_chart, _least, most) => [0, Math.max(1.1 * (most ?? 0), spec.least)] },
    },
    axes: [
      {
        ...axis,
        size: 24,
        space: 90,
        values: (_chart, splits) => splits.map((second) => formatClock(1000 * second)),
      },
      {
        ...axis,
        size: AXIS,
        space: 32,
        values: (_chart, splits) => splits.map((value) => factText({ value, unit: spec.unit })),
      },
    ],
    series: [
      {},
      ...spec.lines.map((_, i) => ({
        stroke: colour(i),
        width: 1.5,
        points: { size: 4 },
        ...(i === 0 ? {} : { dash: DASH }),
      })),
    ],
    hooks: { setCursor: [(chart) => point(chart.cursor.idx ?? null)] },
  };
}
