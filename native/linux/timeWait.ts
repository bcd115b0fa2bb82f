import type { TimeWait } from '../../shared/timeWait';

/** TCP_TIMEWAIT_LEN of include/net/tcp.h, s. No setting changes it. */
const TIMEWAIT_LENGTH = 60;

export const LINUX_TIME_WAIT: TimeWait = {
  ...{ system: 'linux', state: 'fixed', seconds: TIMEWAIT_LENGTH, type: null, where: null },
};
