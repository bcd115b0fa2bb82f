/** The fields about who holds the socket: the process, its program, its user. */
import { number, text } from './fieldBuilders';
import type { Field } from './fieldTypes';

export const PROCESS_FIELDS: readonly Field[] = [
  text(
    ['process', 'proc', 'processname', 'name'],
    ['processName'],
    'Name of the process',
    (row) => row.processName,
  ),
  number(['pid', 'processid'], ['pid'], 'count', 'Number of the process', (row) => row.pid),
  text(['parent', 'parentname'], ['parent'], 'Name of the process that started it', (row) => row.parentName),
  number(
    ['ppid', 'parentpid'],
    ['parentPid'],
    'count',
    'Number of the process that started it',
    (row) => row.parentPid,
  ),
  text(
    ['path', 'processpath', 'exe'],
    ['processPath', 'moduleName'],
    'Path of the program',
    (row) => row.processPath,
  ),
  text(
    ['description', 'desc', 'filedescription'],
    ['description'],
    'What the program’s file says that it is, where the system tells',
    (row) => row.program?.description ?? null,
  ),
  text(
    ['company', 'vendor', 'maker'],
    ['company'],
    'Who made the program',
    (row) => row.program?.company ?? null,
  ),
  text(
    ['product', 'productname'],
    ['product'],
    'What the program is a part of',
    (row) => row.program?.product ?? null,
  ),
  text(
    ['version', 'fileversion'],
    ['fileVersion'],
    'Version of the program’s file',
    (row) => row.program?.version ?? null,
  ),
  number(
    ['bits', 'width'],
    [],
    'count',
    '32 or 64: what kind of program it is',
    (row) => row.program?.bits ?? null,
  ),
  number(
    ['session', 'sessionid'],
    ['session'],
    'count',
    'Terminal session of the process; 0 is that of services',
    (row) => row.program?.session ?? null,
  ),
  text(
    ['command', 'cmd', 'commandline', 'cmdline', 'args'],
    ['commandLine'],
    'Command line, where it is read',
    (row) => row.commandLine,
  ),
  text(
    ['user', 'username'],
    ['user'],
    'User of the process, or the number where there is no name',
    (row) => row.user ?? (row.uid === null ? null : String(row.uid)),
  ),
  number(['uid'], ['uid'], 'count', 'Number of the user', (row) => row.uid),
  text(
    ['unit', 'systemd', 'services'],
    ['unit'],
    'systemd unit or Windows services of the process',
    (row) => row.unit,
  ),
  text(['container'], ['container'], 'Container of the process', (row) => row.container),
];
