import type { PortRanges } from '../../shared/portRanges';
import type { TimeWait } from '../../shared/timeWait';
import type { Winsock } from '../../shared/winsock';
import { NotHereError } from '../catalogue';
import type { Catalogue } from '../catalogue';
import { readPortRanges } from './portRanges';
import { LINUX_TIME_WAIT } from './timeWait';

/** What Linux is set to. */
export class LinuxCatalogue implements Catalogue {
  winsock(): Winsock {
    throw new NotHereError(
      'Winsock is Windows’ own. On Linux, /proc/net/protocols lists the protocols that the kernel has.',
    );
  }

  timeWait(): TimeWait {
    return LINUX_TIME_WAIT;
  }

  setTimeWait(): TimeWait {
    throw new NotHereError(
      'Linux keeps TIME_WAIT for 60 s, fixed in the kernel: there is nothing to set. tcp_fin_timeout is about FIN_WAIT_2.',
    );
  }

  removeTimeWait(): TimeWait {
    return this.setTimeWait();
  }

  portRanges(): Promise<PortRanges> {
    return Promise.resolve(readPortRanges());
  }
}
