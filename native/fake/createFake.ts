import { FakeBackend } from './fakeBackend';
import { FakeWindows } from './fakeWindows';
import type { Scenario } from './scenarios';

/** The invented machine of a demonstration. */
export function createFake(scenario: Scenario): FakeBackend {
  return scenario === 'windows' ? new FakeWindows() : new FakeBackend(scenario);
}
