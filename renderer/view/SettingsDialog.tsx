import type { ReactNode } from 'react';
import { DENSITIES, FONT_SIZES, HIGHLIGHT_PALETTES, MARK_UPDATES, THEMES } from '../../shared/settings';
import type { Highlight } from '../../shared/settings';
import { resetSettings } from '../model/settings';
import { ui, useUi } from '../model/uiStore';
import { t } from '../strings';
import { closeDialog, Dialog } from './Dialog';

const MARKS = ['new', 'changed', 'ended'] as const;

/** The settings. Each takes effect, and is kept, as it is chosen: the window behind the dialog is the preview. */
export function SettingsDialog() {
  const open = useUi((state) => state.dialog === 'settings');
  if (!open) return null;
  return (
    <Dialog labelledBy="settings-title" className="settings">
      <h2 id="settings-title">{t.settings.title}</h2>
      <div className="sections">
        <LookSection />
        <HighlightSection />
        <BehaviourSection />
      </div>
      <div className="buttons">
        <button type="button" className="aside" onClick={resetSettings}>
          {t.settings.reset}
        </button>
        <button type="button" onClick={closeDialog}>
          {t.settings.done}
        </button>
      </div>
    </Dialog>
  );
}

function LookSection() {
  const theme = useUi((state) => state.theme);
  const density = useUi((state) => state.density);
  const fontSize = useUi((state) => state.fontSize);
  return (
    <Section title={t.settings.look}>
      <Choice
        title={t.settings.theme}
        values={THEMES}
        titles={t.settings.themes}
        value={theme}
        onChange={(chosen) => ui.set({ theme: chosen })}
      />
      <Choice
        title={t.settings.density}
        values={DENSITIES}
        titles={t.settings.densities}
        value={density}
        onChange={(chosen) => ui.set({ density: chosen })}
      />
      <Slider
        title={t.settings.fontSize}
        {...{ min: FONT_SIZES.least, max: FONT_SIZES.most, step: 0.5 }}
        value={fontSize}
        text={t.settings.pixels(fontSize)}
        onChange={(chosen) => ui.set({ fontSize: chosen })}
      />
    </Section>
  );
}

function HighlightSection() {
  const highlight = useUi((state) => state.highlight);
  const { palette, colours, updates } = highlight;
  const set = (change: Partial<Highlight>): void => ui.set({ highlight: { ...highlight, ...change } });
  return (
    <Section title={t.settings.highlights}>
      <Choice
        title={t.settings.palette}
        values={HIGHLIGHT_PALETTES}
        titles={t.settings.palettes}
        value={palette}
        onChange={(chosen) => set({ palette: chosen })}
      />
      {palette === 'custom' && (
        <div className="setting">
          <span />
          <div className="colours">
            {MARKS.map((mark) => (
              <label key={mark}>
                <input
                  type="color"
                  aria-label={t.settings.colourOf(t.settings.marks[mark])}
                  value={colours[mark]}
                  onChange={(event) => set({ colours: { ...colours, [mark]: event.target.value } })}
                />
                {t.settings.marks[mark]}
              </label>
            ))}
          </div>
        </div>
      )}
      <Slider
        title={t.settings.duration}
        {...{ min: MARK_UPDATES.least, max: MARK_UPDATES.most, step: 1 }}
        value={updates}
        text={t.settings.updates(updates)}
        onChange={(chosen) => set({ updates: chosen })}
      />
      <div className="setting">
        <span>{t.settings.preview}</span>
        <Preview />
      </div>
    </Section>
  );
}

/** Rows as the grid shows them. */
function Preview() {
  return (
    <div className="preview" aria-hidden>
      {MARKS.map((mark) => {
        const [sign, ...cells] = t.settings.previewRows[mark];
        return (
          <div key={mark} className={`row ${mark}`}>
            <span className="mark">{sign}</span>
            {cells.map((cell) => (
              <span key={cell} className="cell">
                {cell}
              </span>
            ))}
          </div>
        );
      })}
    </div>
  );
}

function BehaviourSection() {
  const { keepStill, resolveNames, portNames } = t.settings;
  return (
    <Section title={t.settings.behaviour}>
      <Switch name="keepStill" title={keepStill} why={t.settings.keepStillWhy} />
      <Switch name="resolveNames" title={resolveNames} why={t.settings.resolveNamesWhy} />
      <Switch name="portNames" title={portNames} why={t.settings.portNamesWhy} />
    </Section>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

interface ChoiceProps<Value extends string> {
  title: string;
  values: readonly Value[];
  titles: Readonly<Record<Value, string>>;
  value: Value;
  onChange: (value: Value) => void;
}

/** One of a few, side by side. */
function Choice<Value extends string>({ title, values, titles, value, onChange }: ChoiceProps<Value>) {
  return (
    <div className="setting" role="radiogroup" aria-label={title}>
      <span>{title}</span>
      <div className="choice">
        {values.map((one) => (
          <label key={one}>
            <input
              type="radio"
              name={title}
              value={one}
              checked={one === value}
              onChange={() => onChange(one)}
            />
            <span>{titles[one]}</span>
          </label>
        ))}
      </div>
    </div>
  );
}

interface SliderProps {
  title: string;
  min: number;
  max: number;
  step: number;
  value: number;
  /** The value in words */
  text: string;
  onChange: (value: number) => void;
}

function Slider({ title, text, value, onChange, ...range }: SliderProps) {
  return (
    <label className="setting">
      <span>{title}</span>
      <div className="slider">
        <input
          type="range"
          aria-label={title}
          aria-valuetext={text}
          {...range}
          value={value}
          onChange={(event) => onChange(event.target.valueAsNumber)}
        />
        <output>{text}</output>
      </div>
    </label>
  );
}

interface SwitchProps {
  name: 'keepStill' | 'resolveNames' | 'portNames';
  title: string;
  why: string;
}

function Switch({ name, title, why }: SwitchProps) {
  const on = useUi((state) => state[name]);
  return (
    <label className="switch">
      <input
        type="checkbox"
        checked={on}
        aria-describedby={`${name}-why`}
        onChange={(event) => ui.set({ [name]: event.target.checked })}
      />
      <span>
        {title}
        <small id={`${name}-why`}>{why}</small>
      </span>
    </label>
  );
}
