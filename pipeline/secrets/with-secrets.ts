import type { Environment } from '../registry/find-variable.ts';
import { inFrontOf } from '../ports/in-front-of.ts';
import type { Logger } from '../ports/logger.ts';
import type { Processor, ProcessorContext, ProcessorDefinition, Punctuation } from '../ports/processor.ts';
import type { Sink, SinkDefinition } from '../ports/sink.ts';
import type { SourceContext, SourceDefinition, SourceRecord } from '../ports/source.ts';
import { filledOptions } from '../topology/secret-options.ts';
import { writtenAs } from '../topology/variables.ts';
import { redactDeep, redactError, redactor, type Redact } from './redact.ts';
import { secretsOf, type SecretHolder } from './secret-values.ts';

/** What turns options that everybody may see into those a module needs, and hides again what the module says. */
interface Seam {
  readonly fill: <Options>(options: Options) => Options;
  readonly redact: Redact;
}

/**
 * The processor as its stage needs it: it is handed its secrets, and what it throws and logs is without them.
 * @throws UserError SECRET_MISSING
 */
export function processorWithSecrets(
  definition: ProcessorDefinition,
  part: SecretHolder,
  environment: Environment = process.env,
): ProcessorDefinition {
  const seam = seamOf(part, environment);
  if (!seam) return definition;
  return { ...definition, create: createWith(seam, definition.create.bind(definition), guardedProcessor) };
}

/** The same for a sink. @throws UserError SECRET_MISSING */
export function sinkWithSecrets(
  definition: SinkDefinition,
  part: SecretHolder,
  environment: Environment = process.env,
): SinkDefinition {
  const seam = seamOf(part, environment);
  if (!seam) return definition;
  return { ...definition, create: createWith(seam, definition.create.bind(definition), guardedSink) };
}

/** The same for a source. @throws UserError SECRET_MISSING */
export function sourceWithSecrets(
  definition: SourceDefinition,
  part: SecretHolder,
  environment: Environment = process.env,
): SourceDefinition {
  const seam = seamOf(part, environment);
  if (!seam) return definition;
  const { fill, redact } = seam;
  return {
    ...definition,
    records: async function* (options, context): AsyncGenerator<SourceRecord> {
      const hidden: SourceContext = {
        ...context,
        log: redactedLog(context.log, redact),
        deadLetter: (raw, error, headers) => context.deadLetter(raw, redactError(error, redact), headers),
      };
      try {
        yield* definition.records(fill(options), hidden);
      } catch (error) {
        throw redactError(error, redact);
      }
    },
  };
}

function seamOf(part: SecretHolder, environment: Environment): Seam | null {
  const { secrets = [] } = part;
  if (secrets.length === 0) return null;
  const found = secretsOf(part, environment);
  const valueOf = new Map(found.map(({ variable, value }) => [writtenAs(variable), value]));
  return {
    fill: <Options>(options: Options) =>
      filledOptions(options, secrets, (variable) => valueOf.get(writtenAs(variable)) ?? '') as Options,
    redact: redactor(found),
  };
}

type Create<Setup, Made> = (options: unknown, setup: Setup) => Made | Promise<Made>;

/** Makes what a definition makes, from the options it needs, with a log and a guard that hide them. */
function createWith<Setup extends { readonly log: Logger }, Made>(
  { fill, redact }: Seam,
  create: Create<Setup, Made>,
  guard: (made: Made, redact: Redact) => Made,
): (options: unknown, setup: Setup) => Promise<Made> {
  return (options, setup) =>
    guarded(redact, async () =>
      guard(await create(fill(options), { ...setup, log: redactedLog(setup.log, redact) }), redact),
    );
}

function guardedSink(sink: Sink, redact: Redact): Sink {
  const writeAll = sink.writeAll?.bind(sink);
  return {
    write: (record) => guarded(redact, async () => sink.write(record)),
    ...(writeAll && { writeAll: (records) => guarded(redact, () => writeAll(records)) }),
    close: () => guarded(redact, async () => sink.close?.()),
  };
}

function guardedProcessor(processor: Processor, redact: Redact): Processor {
  const { schedule } = processor;
  const admit = processor.admit?.bind(processor);
  return inFrontOf(processor, {
    process: (record, context) => guarded(redact, async () => processor.process(record, hiddenFrom(context, redact))),
    ...(admit && { admit: (record, signal) => guarded(redact, () => admit(record, signal)) }),
    ...(schedule && { schedule: schedule.map((one) => guardedPunctuation(one, redact)) }),
    close: () => guarded(redact, async () => processor.close?.()),
  });
}

function guardedPunctuation(punctuation: Punctuation, redact: Redact): Punctuation {
  return {
    ...punctuation,
    punctuate: (context) => guarded(redact, async () => punctuation.punctuate(hiddenFrom(context, redact))),
  };
}

/** The same context, with another log. */
function hiddenFrom<Context extends ProcessorContext>(context: Context, redact: Redact): Context {
  return Object.assign(Object.create(context) as Context, { log: redactedLog(context.log, redact) });
}

async function guarded<Result>(redact: Redact, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw redactError(error, redact);
  }
}

function redactedLog(log: Logger, redact: Redact): Logger {
  const hidden = (fields: object): object => redactDeep(fields, redact) as object;
  return {
    debug: (fields, message) => log.debug(hidden(fields), redact(message)),
    info: (fields, message) => log.info(hidden(fields), redact(message)),
    warn: (fields, message) => log.warn(hidden(fields), redact(message)),
    error: (fields, message) => log.error(hidden(fields), redact(message)),
  };
}
