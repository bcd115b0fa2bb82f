/** Texts of the page: which engine serves it, and how another one is chosen. */

export const engineStrings = {
  elevate: 'Restart as administrator',
  elevateLong: 'Restart the engine as administrator',
  elevateTitle:
    'Asks for the administrator’s password. The engine then sees and ends what other users own; this window stays as it is.',
  elevateTitleWindows:
    'Windows asks for your consent, or for an administrator’s password. The engine then counts traffic, resets connections and ends what other users own; this window stays as it is.',
  asking: 'Waiting for permission…',
  elevated: 'as administrator',
  elevatedTitle: 'The engine runs with an administrator’s privileges',
  on: (host: string) => `on ${host}`,
  onTitle: (host: string, hostname: string) =>
    hostname === ''
      ? `Connected by SSH to ${host}`
      : `Connected by SSH to ${host}, which calls itself ${hostname}`,
  toLocal: 'Back to this machine',
  toPlain: 'Back to the ordinary engine',
  alreadyElevated: 'The engine runs as administrator already',
  alreadyAll: 'The engine may do everything already',
  cannotElevate: 'There is no way to ask for an administrator’s privileges here',
  alreadyLocal: 'The list shows this machine already',
  inBrowser:
    'A page in a browser cannot start an engine. Start “socketscope serve” as root or administrator, or on that machine, and open the address that it prints.',

  // Lost
  again: (seconds: number) => (seconds === 0 ? 'Trying again now…' : `Trying again in ${seconds} s`),
  tryNow: 'Try now',

  // After the change
  nowElevated: 'The engine runs as administrator now.',
  nowOn: (host: string) => `Connected to ${host}.`,
  nowLocal: 'This is your own machine again.',
  back: (host: string) => `The connection to ${host} is back; the grid is up to date again.`,

  connect: {
    menu: 'Connect to…',
    title: 'Connect to another machine',
    about:
      'Uses your own ssh with its keys and settings. On the other machine “socketscope” must be installed; it is started there, and ends with the connection.',
    label: 'Machine',
    placeholder: 'user@server, or a name from your ssh configuration',
    recent: 'Recently',
    forget: (host: string) => `Forget ${host}`,
    bad: 'This is no name of a machine: write user@server, or a name that your ssh knows.',
    connect: 'Connect',
    connecting: (host: string) => `Connecting to ${host}…`,
    cancel: 'Cancel',
    close: 'Close',
  },
};
