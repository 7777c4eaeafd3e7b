import {
  OutsideAwayError,
  PipelineError,
  PoisonRecordError,
  UserError,
  messageOf,
} from '../../errors/pipeline-error.ts';
import { SqlError } from '../../sql/sql-error.ts';

interface Place {
  readonly shown: string;
  readonly table: string;
  /** Nothing was written yet: a statement that cannot be right will not become so by waiting. */
  readonly atStart?: boolean;
}

/** What the database said, as an error that tells the tap what to do. */
export function asSinkError(error: unknown, { shown, table, atStart = false }: Place): unknown {
  if (error instanceof PipelineError || !(error instanceof SqlError)) return error;
  const said = `${shown} ${error.fault === 'away' ? 'cannot be written to' : 'refuses'}`;
  const what = messageOf(error);
  const cause = { cause: error };
  if (error.fault === 'row')
    return new PoisonRecordError(
      'SINK_ROW_REFUSED',
      `${said} a row for ${table}: ${what}; correct the record or the table`,
      cause,
    );
  if (error.fault === 'statement' && atStart)
    return new UserError(
      'SINK_TABLE_UNFIT',
      `${said} what the sink does to ${table}: ${what}; correct table, columns, key or rights`,
      cause,
    );
  const mend = error.fault === 'away' ? 'look at it' : `correct ${table} or the options`;
  return new OutsideAwayError('SINK_DATABASE_AWAY', `${said}: ${what}; ${mend}, and the tap goes on`, cause);
}
