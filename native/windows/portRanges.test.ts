import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { placeTexts, portPlace, portRange, rangeText } from '../../shared/portRanges';
import type { PortRanges } from '../../shared/portRanges';
import { parseDynamicPorts, parseExcludedPorts, PortRangeReader } from './portRanges';
import type { Netsh } from './portRanges';

const DYNAMIC = [
  '',
  'Protocol tcp Dynamic Port Range',
  '---------------------------------',
  'Start Port      : 49152',
  'Number of Ports : 16384',
  '',
].join('\r\n');
const EXCLUDED = [
  '',
  'Protocol tcp Port Exclusion Ranges',
  '',
  'Start Port    End Port      ',
  '----------    --------      ',
  '     50000       50059     *',
  '      5357        5357      ',
  '',
  '* - Administered port exclusions.',
  '',
].join('\r\n');

describe('parseDynamicPorts', () => {
  it.each([
    ['English', DYNAMIC],
    // Written by the same format, not recorded.
    [
      'German',
      DYNAMIC.replace('Start Port      ', 'Startport       ').replace('Number of Ports ', 'Anzahl von Ports'),
    ],
    [
      'French',
      'Plage de ports dynamiques\r\n----\r\nPort de d\x82but   : 49152\r\nNombre de ports : 16384\r\n',
    ],
    [
      'Chinese',
      '\r\n-----\r\n\xc6\xf4\xb6\xaf\xb6\xcb\xbf\xda        : 49152\r\n\xb6\xcb\xbf\xda : 16384\r\n',
    ],
    ['wide', DYNAMIC.replaceAll('\r\n', '   \n')],
  ])('reads %s', (_, text) => {
    expect(parseDynamicPorts(text)).toEqual({ first: 49_152, last: 65_535 });
  });

  it.each([
    ['', 'nothing'],
    ['The following command was not found: int ipv4 show dynamicport tcp.', 'a refusal'],
    [DYNAMIC.replace('16384', '16385'), 'ports beyond the last'],
    [DYNAMIC.replace('16384', '0'), 'no port'],
    [DYNAMIC.replace('49152', '49152x'), 'one number'],
    [`${DYNAMIC}More : 7\r\n`, 'three numbers'],
  ])('makes nothing of %j (%s)', (text) => {
    expect(parseDynamicPorts(text)).toBeNull();
  });
});

describe('parseExcludedPorts', () => {
  const RANGES = [
    { first: 5357, last: 5357, why: 'held' },
    { first: 50_000, last: 50_059, why: 'administered' },
  ];

  it.each([
    ['English', EXCLUDED],
    [
      'German, written by the same format',
      EXCLUDED.replace('Port Exclusion Ranges', 'Portausschlussbereiche')
        .replace('Start Port    End Port', 'Startport     Endport ')
        .replace('Administered port exclusions.', 'Verwaltete Portausschl\x81sse.'),
    ],
    ['other line ends', EXCLUDED.replaceAll('\r\n', '\n')],
  ])('reads %s', (_, text) => {
    expect(parseExcludedPorts(text)).toEqual(RANGES);
  });

  it('tells a table without ranges from no table', () => {
    expect(parseExcludedPorts(EXCLUDED.replace(/^ +\d.*$/gm, ''))).toEqual([]);
    expect(parseExcludedPorts('Element not found.')).toBeNull();
    expect(parseExcludedPorts('')).toBeNull();
    // Numbers above the table are none of it.
    expect(parseExcludedPorts(`1 2\n${EXCLUDED}`)).toEqual(RANGES);
  });

  it('leaves out what is no range', () => {
    const text = EXCLUDED.replace('5357        5357', '5358        5357').replace('50059', '70000');
    expect(parseExcludedPorts(text)).toEqual([]);
  });
});

describe('any text', () => {
  const token = fc.oneof(
    fc.constantFrom('-----', '    ', ' ', '\r\n', '\n', ' : ', '*', 'Port'),
    fc.nat(99_999).map(String),
    fc.string({ maxLength: 3 }),
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(token).map((tokens) => tokens.join('')),
    fc
      .array(fc.tuple(fc.nat(70_000), fc.nat(70_000)).map(([a, b]) => `  ${a}    ${b}\r\n`))
      .map((lines) => lines.join('')),
  );

  it('gives ranges of ports, or none', () => {
    let found = 0;
    fc.assert(
      fc.property(text, (text) => {
        const below = `-----  -----\n${text}`;
        const ranges = [parseDynamicPorts(text), ...(parseExcludedPorts(below) ?? [])];
        for (const range of ranges) {
          if (range === null) continue;
          found++;
          expect(range.first).toBeGreaterThanOrEqual(0);
          expect(range.last).toBeGreaterThanOrEqual(range.first);
          expect(range.last).toBeLessThanOrEqual(65_535);
        }
      }),
      { numRuns: 2000 },
    );
    expect(found).toBeGreaterThan(0);
  });

  it('takes linear time', () => {
    const started = performance.now();
    for (const part of [' ', '-', '9', '- ', 'x', '9 '])
      for (const parse of [parseDynamicPorts, parseExcludedPorts]) parse(`--- ---\n${part.repeat(50_000)}!`);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('PortRangeReader', () => {
  const answering: Netsh = (args) => Promise.resolve(args.includes('dynamicport') ? DYNAMIC : EXCLUDED);

  it('asks for each protocol and family', async () => {
    const netsh = vi.fn<Netsh>(answering);
    const { tables, unprivilegedFrom, problems } = await new PortRangeReader(netsh).read();
    expect({ unprivilegedFrom, problems }).toEqual({ unprivilegedFrom: null, problems: [] });
    expect(tables.map(({ protocol, family }) => `${protocol}${family}`)).toEqual([
      'tcp4',
      'tcp6',
      'udp4',
      'udp6',
    ]);
    expect(netsh.mock.calls.map(([args]) => args.join(' ')).sort()).toEqual(
      [4, 6].flatMap((family) => [
        `int ipv${family} show dynamicport tcp`,
        `int ipv${family} show dynamicport udp`,
        `int ipv${family} show excludedportrange protocol=tcp`,
        `int ipv${family} show excludedportrange protocol=udp`,
      ]),
    );
    expect(tables[3]).toMatchObject({ ephemeral: { first: 49_152, last: 65_535 }, excluded: [{}, {}] });
  });

  it('tells what failed, and what it could not read, and keeps the rest', async () => {
    const { tables, problems } = await new PortRangeReader((args, signal) => {
      if (args.includes('ipv4')) return answering(args, signal);
      return args.includes('dynamicport') ? Promise.reject(new Error('it is ill.')) : Promise.resolve('Eh?');
    }).read();
    expect(tables[0]).toMatchObject({ ephemeral: { first: 49_152 }, excluded: [{}, {}] });
    expect(tables[1]).toMatchObject({ ephemeral: null, excluded: null });
    expect(problems).toHaveLength(4);
    expect(problems).toContain('"netsh int ipv6 show dynamicport tcp" failed: it is ill.');
    expect(problems).toContain(
      '"netsh int ipv6 show excludedportrange protocol=udp" printed something unexpected.',
    );
  });

  it('never blocks, asks in the background, and again after a minute', async () => {
    let time = 0;
    const netsh = vi.fn<Netsh>(answering);
    const reader = new PortRangeReader(netsh, () => time);
    expect(reader.current()).toBeNull();
    expect(reader.current()).toBeNull();
    await vi.waitFor(() => expect(reader.current()).not.toBeNull());
    expect(netsh).toHaveBeenCalledTimes(8);
    time = 59_999;
    reader.current();
    expect(netsh).toHaveBeenCalledTimes(8);
    time = 60_000;
    expect(reader.current()).not.toBeNull();
    expect(netsh).toHaveBeenCalledTimes(16);
  });

  it('is asked once at a time, and not all the time where it fails', async () => {
    let time = 0;
    const netsh = vi.fn<Netsh>(() => Promise.reject(new Error('no.')));
    const reader = new PortRangeReader(netsh, () => time);
    const [first, second] = [reader.read(), reader.read()];
    expect(await first).toBe(await second);
    expect(netsh).toHaveBeenCalledTimes(8);
    time = 10_000;
    expect(reader.current()).toMatchObject({ tables: [{ ephemeral: null }, {}, {}, {}] });
    expect(netsh).toHaveBeenCalledTimes(8);
  });

  it('ends what is under way', async () => {
    const reader = new PortRangeReader(
      (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('it was ended.')));
        }),
    );
    const reading = reader.read();
    reader.stop();
    expect((await reading).problems[0]).toMatch('it was ended.');
  });
});

describe('portPlace', () => {
  const ranges: PortRanges = {
    tables: [
      {
        protocol: 'tcp',
        family: 4,
        ephemeral: { first: 49_152, last: 65_535 },
        excluded: [
          { first: 50_000, last: 50_059, why: 'administered' },
          { first: 50_050, last: 50_055, why: 'held' },
        ],
      },
      { protocol: 'udp', family: 4, ephemeral: null, excluded: null },
    ],
    unprivilegedFrom: 1024,
    problems: [],
  };
  const texts = (port: number, protocol: 'tcp' | 'mptcp' | 'udp' = 'tcp') =>
    placeTexts(portPlace(ranges, protocol, 4, port)!);

  it('finds the ranges that a port lies in, to the last port', () => {
    expect(texts(49_151)).toEqual([]);
    expect(texts(49_152)).toEqual(['in the ephemeral range 49152–65535: given to who asks for any port']);
    expect(texts(65_535)).toHaveLength(1);
    expect(texts(50_059)[0]).toBe(
      'in the reserved range 50000–50059: given only to who asks for it by number',
    );
    expect(texts(50_060)).toHaveLength(1);
    expect(texts(1023)).toEqual(['for privileged programs only']);
    expect(texts(1024)).toEqual([]);
  });

  it('names the range that hurts', () => {
    expect(texts(50_050)[0]).toBe('in the excluded range 50050–50055: other programs are refused');
    expect(texts(50_050, 'mptcp')).toEqual(texts(50_050));
  });

  it('says nothing of what is not known', () => {
    expect(texts(50_050, 'udp')).toEqual([]);
    expect(portPlace(ranges, 'tcp', 6, 80)).toBeNull();
    expect(portPlace(ranges, 'unix', null, 80)).toBeNull();
  });

  it('knows a range from what is none', () => {
    expect(portRange(0, 65_535)).toEqual({ first: 0, last: 65_535 });
    expect([portRange(2, 1), portRange(-1, 1), portRange(1, 65_536), portRange(1.5, 2)]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect([rangeText({ first: 80, last: 80 }), rangeText({ first: 80, last: 81 })]).toEqual(['80', '80–81']);
  });
});
