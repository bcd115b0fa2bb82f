import type { PortRanges } from '../../shared/portRanges';
import type { TimeWait } from '../../shared/timeWait';
import type { Winsock } from '../../shared/winsock';
import type { Catalogue } from '../catalogue';
import { Libraries } from './libraries';
import { netshOf, PortRangeReader } from './portRanges';
import { Registry } from './registry';
import { TimeWaitSetting } from './timeWait';
import { WinsockReader } from './winsock';

/** What Windows is set to. */
export class WindowsCatalogue implements Catalogue {
  private readonly libraries = new Libraries();
  private readonly timeWaitSetting = new TimeWaitSetting(new Registry(this.libraries));

  winsock(): Winsock {
    return new WinsockReader(this.libraries).read();
  }

  timeWait(): TimeWait {
    return this.timeWaitSetting.read();
  }

  setTimeWait(seconds: number): TimeWait {
    return this.timeWaitSetting.set(seconds);
  }

  removeTimeWait(): TimeWait {
    return this.timeWaitSetting.remove();
  }

  portRanges(): Promise<PortRanges> {
    return new PortRangeReader(netshOf(this.libraries)).read();
  }
}
