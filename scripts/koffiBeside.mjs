// koffi in the single executable (scripts/program.mjs): its binary lies beside it, and there are no packages to look through.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export default createRequire(process.execPath)(join(dirname(process.execPath), 'koffi.node'));
