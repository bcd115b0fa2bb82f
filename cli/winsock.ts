/** `socketscope winsock`: the protocols and providers that Windows' programs make sockets of. */
import { plainText } from '../shared/text';
import { flagsText, messageLimitText, namedText } from '../shared/winsock';
import type {
  NameSpaceProvider,
  SocketChoice,
  Winsock,
  WinsockCatalogue,
  WinsockProtocol,
} from '../shared/winsock';
import { printableJson } from './json';
import type { ShowOutput } from './show';

/** As text, or as one JSON object: a {@link Winsock}. Exit status 4 where something could not be read. */
export function winsockOutput(winsock: Winsock, json: boolean): ShowOutput {
  return {
    stdout: `${json ? printableJson(winsock) : text(winsock)}\n`,
    stderr: winsock.problems.map((problem) => `socketscope: ${plainText(problem)}\n`).join(''),
    exitCode: winsock.problems.length === 0 ? 0 : 4,
  };
}

function text({ startup, catalogues, sockets }: Winsock): string {
  const head =
    startup === null
      ? []
      : [
          [
            `Winsock ${startup.version} (the highest is ${startup.highVersion})`,
            startup.description,
            startup.systemStatus,
          ]
            .filter((part) => part !== '')
            .join(', '),
        ];
  const lines = [
    ...head,
    ...catalogues.flatMap(catalogueLines),
    '',
    'Sockets that can be made',
    ...sockets.map(choiceText),
  ];
  return lines.map(plainText).join('\n');
}

function catalogueLines({ bits, protocols, nameSpaces }: WinsockCatalogue): string[] {
  return [
    '',
    `Catalogue of ${bits}-bit programs. Protocols: ${protocols.length}, name-space providers: ${nameSpaces.length}`,
    ...protocols.flatMap((protocol) => ['', ...protocolLines(protocol)]),
    ...(nameSpaces.length === 0 ? [] : ['', ...nameSpaces.map(nameSpaceText)]),
  ];
}

const KINDS: Record<WinsockProtocol['kind'], string> = {
  base: 'base provider',
  layered: 'layered provider',
  chain: 'chain of providers',
};

function protocolLines(entry: WinsockProtocol): string[] {
  const last = entry.protocol.value + entry.protocolMaxOffset;
  const facts: [title: string, value: string][] = [
    [
      'Entry',
      `${entry.catalogEntryId}, ${KINDS[entry.kind]}${entry.visible === false ? ', not shown to programs' : ''}`,
    ],
    ...(entry.chain.length === 0 ? [] : ([['Chain', entry.chain.join(' → ')]] as [string, string][])),
    ['Provider', entry.providerId],
    ['Library', entry.providerPath ?? 'not told'],
    ['Family', namedText(entry.addressFamily)],
    ['Type', namedText(entry.socketType)],
    ['Protocol', namedText(entry.protocol) + (entry.protocolMaxOffset === 0 ? '' : ` to ${last}`)],
    ['Version', String(entry.version)],
    ['Services', flagsText(entry.serviceFlags)],
    ['Provider flags', flagsText(entry.providerFlags)],
    ['Messages', messageLimitText(entry)],
    ['Addresses', `${entry.minSocketAddress} to ${entry.maxSocketAddress} bytes`],
    ['Byte order', namedText(entry.byteOrder)],
    ['Security', namedText(entry.securityScheme)],
  ];
  return [`  ${entry.name}`, ...facts.map(([title, value]) => `    ${title.padEnd(15)} ${value}`)];
}

function nameSpaceText({ name, providerId, nameSpace, active, version }: NameSpaceProvider): string {
  const facts = [namedText(nameSpace), `version ${version}`, active ? 'active' : 'not active', providerId];
  return `  ${name}  ${facts.join(', ')}`;
}

function choiceText({ addressFamily, socketType, protocol, lastProtocol }: SocketChoice): string {
  const range = lastProtocol === protocol.value ? '' : ` to ${lastProtocol}`;
  return `  socket(${namedText(addressFamily)}, ${namedText(socketType)}, ${namedText(protocol)}${range})`;
}
