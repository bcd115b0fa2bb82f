import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseServices, serviceName } from './services';

const FILE = `# Network services, Internet style
tcpmux\t\t1/tcp\t\t\t\t# TCP port service multiplexer
ssh\t\t22/tcp\t\t\t\t# SSH Remote Login Protocol
domain\t\t53/tcp
domain\t\t53/udp\r
http\t\t80/tcp\t\twww\t\t# WorldWideWeb HTTP
www\t\t80/tcp
  kerberos  88/TCP  kerberos5 krb5 kerberos-sec
x11-0\t6000/tcp#no space
# commented 81/tcp
nothing
 /tcp
port x/tcp
minus -1/tcp
large 65536/tcp
largest 65535/tcp
long 000080/udp
short 080/udp
ftp 21
echo 4/ddp
sip 5060/sctp
__proto__ 7/tcp`;

describe('parseServices', () => {
  it('reads names, protocols and comments, and skips what is no line of the kind', () => {
    expect(parseServices(FILE)).toEqual({
      ...{ '1/tcp': 'tcpmux', '22/tcp': 'ssh', '53/tcp': 'domain', '53/udp': 'domain', '80/tcp': 'http' },
      ...{ '88/tcp': 'kerberos', '6000/tcp': 'x11-0', '65535/tcp': 'largest', '80/udp': 'short' },
      ...{ '4/ddp': 'echo', '5060/sctp': 'sip', '7/tcp': '__proto__' },
    });
  });

  it('finds every entry again, whatever stands between them', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,14}$/);
    const entry = fc.record({
      name,
      port: fc.integer({ min: 0, max: 65_535 }),
      protocol: fc.constantFrom('tcp', 'udp', 'sctp'),
      rest: fc.array(name, { maxLength: 3 }),
    });
    const junk = fc.string({ unit: 'binary' }).map((text) => `# ${text.replaceAll(/[\r\n]/g, '')}`);
    const entries = fc.uniqueArray(entry, { selector: ({ port, protocol }) => `${port}/${protocol}` });
    fc.assert(
      fc.property(entries, fc.array(junk), fc.constantFrom('\n', '\r\n'), (list, comments, end) => {
        const lines = list.map(
          ({ name, port, protocol, rest }) => `${name}\t ${port}/${protocol} ${rest.join(' ')}`,
        );
        const text = lines.flatMap((line, i) => [comments[i] ?? '', line]).join(end);
        const wanted = list.map(({ name, port, protocol }) => [`${port}/${protocol}`, name]);
        expect(parseServices(text)).toEqual(Object.fromEntries(wanted));
      }),
    );
  });

  it('makes sound keys of any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '1', '/', ' ', '\n', '#', 't', 'c', 'p', '\0') }),
        (text) => {
          for (const [key, name] of Object.entries(parseServices(text))) {
            expect(key).toMatch(/^(0|[1-9]\d{0,4})\/[\w.+-]+$/);
            expect(name).toMatch(/^[^\s#]+$/);
          }
        },
      ),
    );
  });
});

describe('serviceName', () => {
  const services = parseServices('ssh 22/tcp\ntftp 69/udp\nconstructor 9/tcp');

  it.each([
    ['tcp', 22, 'ssh'],
    ['mptcp', 22, 'ssh'],
    ['udplite', 69, 'tftp'],
    ['udp', 22, null],
    ['sctp', 22, null],
    ['unix', 22, null],
    ['tcp', 23, null],
  ] as const)('of %s port %i is %s', (protocol, port, name) => {
    expect(serviceName(services, protocol, port)).toBe(name);
  });
});
