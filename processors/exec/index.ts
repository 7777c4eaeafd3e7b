import { defineProcessor } from '../../pipeline/index.ts';
import { ChildKeeper } from './child-keeper.ts';
import { commandOf } from './command.ts';
import { ExecProcessor, Suspects } from './exec-processor.ts';
import { bytesFraming } from './framing/bytes-framing.ts';
import { jsonFraming } from './framing/json-framing.ts';
import { options } from './options.ts';

/** Has its records processed by a program in any language that reads them on stdin and answers on stdout. */
export default defineProcessor({
  name: 'exec',
  summary:
    'Has records processed by a long-lived child process in any language, over its stdin and stdout; docs/exec.md has the protocol.',
  options,
  outputs: 'any',
  async create(settings, setup) {
    const suspects = new Suspects();
    const keeper = new ChildKeeper({
      command: commandOf(settings, setup),
      framing: settings.framing === 'json' ? jsonFraming : bytesFraming,
      readyMs: settings.ready ?? null,
      setup,
      onLost: (records) => suspects.add(records),
    });
    await keeper.start();
    return new ExecProcessor(keeper, suspects, settings.inFlight);
  },
});
