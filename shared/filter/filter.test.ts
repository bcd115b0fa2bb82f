import { describe, expect, it } from 'vitest';
import { FILTER_FIELDS, compileFilter, completions, fromCurrPorts, quote, withTerm } from '.';
import { live, LOOKUPS, NOW, ROWS } from './fixtures/rows';
import { socketRow, SVCHOST } from '../fixtures/rows';
import { hasUnseen } from '../text';

/** Indices into ROWS that the filter accepts. */
function accepted(text: string): number[] {
  const filter = compileFilter(text, LOOKUPS);
  expect(filter.errors).toEqual([]);
  return ROWS.flatMap((row, i) => (filter.accepts(row) ? [i] : []));
}

function error(text: string): { part: string; message: string } {
  const { errors } = compileFilter(text, LOOKUPS);
  expect(errors).toHaveLength(1);
  return { part: text.slice(errors[0]!.from, errors[0]!.to), message: errors[0]!.message };
}

const ALL = ROWS.map((_, i) => i);
const but = (...without: number[]): number[] => ALL.filter((i) => !without.includes(i));

describe('a filter accepts', () => {
  it.each([
    ['', ALL],
    ['  ', ALL],
    ['nginx 51122', [0, 4, 5]],
    ['NGINX -51122', [1, 3, 6]],
    ['db1.example', [0, 4, 5].filter((i) => ROWS[i]!.remoteAddress === '10.0.0.9')],
    ['https', [0, 2, 4, 5]],
    ['10.0.0.9:51122', [0, 5]],
    ['[2001:db8::5]:51122', [4]],
    ['fe80::1', [4]],
    ['"web content"', [1]],
    ['w?b*tent', [1]],
    ['/^web.content$/', [1]],
    ['"no owner"', [2]],
    ['process:"web content"', [1]],
    ['process:ngin*', [0, 4, 5, 6]],
    ['process:gin*', []],
    ['process:=ngin', []],
    ['process:/^SYSTEMD/', [3]],
    ['process:none', [2]],
    ['process:*', but(2)],
    ['pid:42', [3]],
    ['pid>42', [0, 1, 4, 5, 6]],
    ['pid!=812', [2, 3]],
    ['port:53,8080', [1, 3]],
    ['port:8000-9000', [1]],
    ['port:http*', [0, 2, 4, 5]],
    ['port:http', []],
    ['service:ssh', []],
    ['remoteport:https', [2]],
    ['remote:10.0.0.0/8', [0, 5]],
    ['address:10/8', [0, 2, 5]],
    ['local:::ffff:10.0.0.5', [0, 2, 5]],
    ['remote:8.8.8.1-8.8.8.8', [2]],
    ['remote:8.8.8.8:443', [2]],
    ['remote:8.8.8.8:80', []],
    ['remote:2001:db8::/32', [4]],
    ['local:fe80::1', [4]],
    ['local:fe80::1%eth1', []],
    ['remote:8.8.', [2]],
    ['remote:*.example.com', [0, 5]],
    ['local:/run', [6]],
    ['remote:none', [1, 3, 6]],
    ['host:db1', [0, 5]],
    ['protocol:tcp6', [1, 4, 5]],
    ['protocol:udp,unix', [3, 6]],
    ['family:v4', [0, 2, 3]],
    ['state:"time wait"', [2]],
    ['state:timewait,close_wait', [2, 4]],
    ['state:listening', [1, 6]],
    ['state:none', [3]],
    ['class:loopback', [3]],
    ['remoteclass:public', [2, 4]],
    ['owner:none', [2]],
    ['dualstack:yes', [1]],
    ['is:listening', [1, 6]],
    ['is:closing', [2, 4]],
    ['container:docker*', [5]],
    ['direction:out', [5]],
    ['sent:>1MB', [0]],
    ['sent:1.9MB-2MB', [0]],
    ['sent:>1.91MiB', []],
    ['rtt:>=60ms', [0]],
    ['rtt:>=.06s', [0]],
    ['retransmits:>0', [0]],
    ['sendrate:>10KB/s', [0]],
    ['rate:20001', [0]],
    ['age:<10s', [2]],
    ['age:<1m', [2]],
    ['user:0', [6]],
    ['state:listen or pid:42', [1, 3, 6]],
    ['pid:42 | state:listen process:nginx', [3, 6]],
    ['(pid:42 || state:listen) && process:nginx', [6]],
    ['-state:listen -pid:42 !process:nginx', [2]],
    ['not (state:listen or process:nginx)', [2, 3]],
    ['Local-Port:8080', [1]],
  ])('%s', (text, rows) => {
    expect(accepted(text)).toEqual(rows);
  });

  it('the good parts of what has errors', () => {
    const filter = compileFilter('foo:bar pid:42,x (state:', LOOKUPS);
    expect(filter.errors.map(({ from }) => from)).toEqual([0, 15, 17, 18]);
    expect(ROWS.filter((row) => filter.accepts(row))).toEqual([ROWS[3]]);
  });

  it('every row where nothing in it is right', () => {
    const filter = compileFilter('-pid:x', LOOKUPS);
    expect(filter.isEmpty).toBe(true);
    expect(ROWS.every((row) => filter.accepts(row))).toBe(true);
  });
});

describe('an error names the part and the reason', () => {
  it.each([
    ['nginx prot:80', 'prot', /no field “prot”.*“protocol:”/],
    ['stat:listen', 'stat', /“stat[a-z]+:”/],
    ['frobnicate:1', 'frobnicate', /in quotes/],
    ['include:tcp', 'include', /CurrPorts/],
    ['pid:abc', 'abc', /no number/],
    ['sent:5xb', '5xb', /no unit “xb”/],
    ['port:9-1', '9-1', /ends before it begins/],
    ['port:>1-2', '>1-2', /one number/],
    ['remote:10.0.0.0/33', '10.0.0.0/33', /at most 32/],
    ['remote:10.0.0.9-10.0.0.1', '10.0.0.9-10.0.0.1', /ends before/],
    ['remote:10.0.0.300', '10.0.0.300', /no address/],
    ['remote:10.0.0.1-', '10.0.0.1-', /no address/],
    ['state:lisen', 'lisen', /“listen/],
    ['process:>a', '>a', /no order/],
    ['/a(/', '/a(/', /RE2.*missing closing \): `a\(`/],
    ['port:80,!=90', '!=90', /before the first value/],
    ['(a', '(', /never closed/],
    ['a)', ')', /Nothing is open/],
    ['()', '()', /nothing in the parentheses/],
    ['a or', 'or', /missing beside this “or”/],
    ['a and', 'and', /missing beside this “and”/],
    ['a not', 'not', /is missing/],
    ['"a b', '"a b', /never closed/],
    ['pid:', 'pid:', /missing after “pid:”/],
    [`/${'a'.repeat(501)}/`, `/${'a'.repeat(501)}/`, /at most 500/],
  ])('%s', (text, part, message) => {
    const found = error(text);
    expect(found.part).toBe(part);
    expect(found.message).toMatch(message);
  });
});

it('says what it depends on', () => {
  const of = (text: string): boolean[] => {
    const { dependsOnNames, dependsOnTime } = compileFilter(text, LOOKUPS);
    return [dependsOnNames, dependsOnTime];
  };
  expect(of('port:80')).toEqual([false, false]);
  expect(of('db1')).toEqual([true, false]);
  expect(of('-age:<1s')).toEqual([false, true]);
  expect(of('remote:db1')).toEqual([true, false]);
  expect(of('remote:10.0.0.1')).toEqual([false, false]);
});

it('does not slow down for an expression that others choke on', () => {
  const row = live(socketRow({ processName: `${'a'.repeat(5000)}b`, firstSeenAt: NOW }));
  expect(compileFilter('process:/(a+)+$/', LOOKUPS).accepts(row)).toBe(false);
});

describe('highlights', () => {
  it.each([
    ['ngi', 'processName', 'nginx', [[0, 3]]],
    ['-ngi', 'processName', 'nginx', []],
    ['not -ngi', 'processName', 'nginx', [[0, 3]]],
    [
      'process:N',
      'processName',
      'nginx',
      [
        [0, 1],
        [3, 4],
      ],
    ],
    ['ng gi', 'processName', 'nginx', [[0, 3]]],
    ['process:nginx', 'user', 'nginx', []],
    ['port:443', 'localPort', '443', [[0, 3]]],
    ['port:>400', 'remotePort', '443', [[0, 3]]],
    ['port:443', 'localPort', '4433', []],
    ['remote:10.0.0.0/8', 'remoteAddress', '10.0.0.9', [[0, 8]]],
    ['10.0.0.9:443', 'remoteAddress', '10.0.0.9', [[0, 8]]],
    ['state:listen', 'state', 'Listen', [[0, 6]]],
    ['/x.z/', 'processName', 'axyz', [[1, 4]]],
    ['443', 'bytesSent', '443', []],
  ])('%s in %s: %s', (text, column, cell, ranges) => {
    expect(compileFilter(text, LOOKUPS).highlights(column, cell)).toEqual(ranges);
  });
});

describe('the facts of a program', () => {
  const rows = [
    socketRow({ program: SVCHOST, segmentsSent: 600, segmentsReceived: 500 }),
    socketRow({
      ...{ pid: 900, processName: 'chrome.exe', segmentsSent: 1 },
      program: {
        ...SVCHOST,
        company: 'Google LLC',
        product: null,
        description: 'Chrome',
        bits: 32,
        session: 2,
      },
    }),
    socketRow({ pid: 901, processName: 'unsaid.exe' }),
  ].map((row) => live(row));

  it.each([
    ['company:google', [1]],
    ['company:*', [0, 1]],
    ['product:windows', [0]],
    ['product:none', [1, 2]],
    ['description:"host process"', [0]],
    ['version:10.0.*', [0, 1]],
    ['fileversion:=10.0.26100.1', [0, 1]],
    ['session:0', [0]],
    ['session>0', [1]],
    ['bits:32', [1]],
    ['packets>1000', [0]],
    ['packets:1', [1]],
    ['packets:none', [2]],
    ['sent-packets:600', [0]],
    ['received-packets:none', [1, 2]],
    ['microsoft', [0]],
    ['google', [1]],
    ['"windows services"', [0]],
  ])('%s', (text, expected) => {
    const filter = compileFilter(text, LOOKUPS);
    expect(filter.errors).toEqual([]);
    expect(rows.flatMap((row, i) => (filter.accepts(row) ? [i] : []))).toEqual(expected);
  });

  it('are marked where they are shown', () => {
    expect(compileFilter('micro', LOOKUPS).highlights('company', 'Microsoft')).toEqual([[0, 5]]);
  });

  it('that become known of a process are asked about anew', () => {
    const filter = compileFilter('google', LOOKUPS);
    const { accepts } = filter;
    const row = { ...rows[1]!, program: null };
    expect([accepts(row), accepts(rows[1]!)]).toEqual([false, true]);
  });
});

it.each([
  ['sent:>1MB or nginx', true],
  ['-(rtt>5 pid:1)', true],
  ['packets>1', true],
  ['is:moving', true],
  ['is:listening,retransmitting', true],
  ['is:listening', false],
  ['is:m', true],
  ['is:mo', true],
  ['is:ac', true],
  ['is:ret', true],
  ['is:Re-Trans', true],
  ['is:*ing', true],
  ['is:/^act/', true],
  ['is:c', false],
  ['is:*', false],
  ['queue>0 age<1h', false],
  ['moving', false],
])('says whether “%s” goes by traffic', (text, expected) => {
  expect(compileFilter(text, LOOKUPS).dependsOnTraffic).toBe(expected);
});

describe('completions', () => {
  const values = (field: string): string[] => (field === 'process' ? ['nginx', 'Web Content', 'sshd'] : []);
  const inserted = (text: string): string[] =>
    completions(text, text.length, values).items.map((item) => item.insert);

  it('are all fields at the start of a word', () => {
    expect(inserted('')).toEqual(FILTER_FIELDS.map(({ name }) => `${name}:`));
    expect(inserted('nginx (')).toHaveLength(FILTER_FIELDS.length);
  });

  it('are the fields that begin so, then those that have it in them', () => {
    expect(inserted('remo').slice(0, 3)).toEqual(['remote:', 'remoteport:', 'host:']);
    expect(inserted('-stat')).toContain('state:');
    expect(completions('a stat b', 6, values)).toMatchObject({ from: 2, to: 6 });
  });

  it('are values behind a field', () => {
    expect(inserted('state:time')).toEqual(['time_wait']);
    expect(inserted('process:')).toEqual(['nginx', '"Web Content"', 'sshd', 'none']);
    expect(inserted('process:=web')).toEqual(['"Web Content"']);
    expect(completions('process:sshd,ng', 15, values)).toMatchObject({
      from: 13,
      to: 15,
      items: [{ insert: 'nginx' }],
    });
    expect(inserted('foo:')).toEqual([]);
  });
});

describe('CurrPorts’ strings', () => {
  it.each([
    ['include:remote:tcp:80', 'protocol:tcp remoteport:80'],
    ['include:remote:tcpudp:192.168.0.1-192.168.0.100', 'protocol:tcp,udp remote:192.168.0.1-192.168.0.100'],
    ['exclude:both:tcpudp:53-139', '-(protocol:tcp,udp port:53-139)'],
    ['include:process:firefox.exe;INCLUDE:process:327', 'process:=firefox.exe or pid:327'],
    ['exclude:process:a b.exe\nexclude:local:udp:5', '-process:="a b.exe" -(protocol:udp localport:5)'],
  ])('%s', (text, converted) => {
    expect(fromCurrPorts(text)).toBe(converted);
    expect(compileFilter(text, LOOKUPS).errors).toEqual([]);
  });

  it.each([
    'nginx',
    '',
    'include',
    'include:here:tcp:80',
    'include:remote:icmp:80',
    'include:remote:tcp:80 nginx',
  ])('are not: %s', (text) => {
    expect(fromCurrPorts(text)).toBeNull();
  });

  it('accept what any include fits and no exclude', () => {
    expect(accepted('include:process:nginx include:process:42 exclude:remote:tcp:51122')).toEqual([3, 6]);
  });
});

describe('withTerm', () => {
  it.each([
    ['', 'pid', '42', false, 'pid:42'],
    ['a  b', 'pid', '42', true, 'a  b -pid:42'],
    ['a or b', 'pid', '42', false, '(a or b) pid:42'],
    ['a pid:42', 'pid', '42', false, 'a pid:42'],
    ['a pid:42 b', 'pid', '42', true, 'a b -pid:42'],
    ['(a', 'process', 'x', false, 'a process:=x'],
    ['', 'process', 'Web Content', true, '-process:="Web Content"'],
    ['', 'user', null, false, 'user:none'],
    ['include:process:327', 'state', 'LISTEN', false, 'pid:327 state:LISTEN'],
  ])('%s + %s %s (negated: %s)', (text, field, value, negated, result) => {
    expect(withTerm(text, field, value, negated)).toBe(result);
  });

  it.each(['evil\u202egpj.exe', 'two\nlines', 'zero\u200bwidth', 'a/b.c*\u0007(x)|[y]', '\u2066\u2069'])(
    'spells out what cannot be seen: %j',
    (processName) => {
      const text = withTerm('', 'process', processName, false);
      expect(hasUnseen(text)).toBe(false);
      const { accepts, errors } = compileFilter(text, LOOKUPS);
      expect(errors).toEqual([]);
      const rows = [processName, `${processName}x`, `x${processName}`, processName.replaceAll(/[^\w]/g, '')];
      expect(rows.map((name) => accepts(live(socketRow({ processName: name }))))).toEqual([
        true,
        false,
        false,
        false,
      ]);
      expect(withTerm(text, 'process', processName, true)).toBe(`-${text}`);
    },
  );
});

it.each([
  'nginx',
  'Web Content',
  'a*',
  'none',
  'say "hi"',
  'C:\\Program Files\\',
  '-x',
  '(sd-pam)',
  '/run/x',
])('quotes what would mean something else: %s', (name) => {
  const filter = compileFilter(`process:=${quote(name)}`, LOOKUPS);
  expect(filter.errors).toEqual([]);
  expect(filter.accepts(live(socketRow({ processName: name })))).toBe(true);
  expect(filter.accepts(live(socketRow({ processName: `${name}x` })))).toBe(false);
});
