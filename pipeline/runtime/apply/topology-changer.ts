import { UserError } from '../../errors/pipeline-error.ts';
import type { Kafka } from '../../kafka/index.ts';
import type { Admin } from '../../ports/admin.ts';
import { changesOf, refusedOf, renamingsOf, resetChangelogs, type Change } from '../../topology/changes/index.ts';
import type { Plan } from '../../topology/plan.ts';
import { provision } from '../provision.ts';
import type { Supervisor } from '../supervisor.ts';
import { brokerFacts } from './broker-facts.ts';
import { carryOver, emptyTopics, type CarryTools } from './carry-over.ts';

/** What a topology is changed through. */
export interface ChangerParts {
  readonly supervisor: Supervisor;
  readonly admin: Admin;
  readonly kafka: Pick<Kafka, 'partitionReader' | 'producer'>;
  /** Told after each change that was made. */
  readonly onApplied: (changes: readonly Change[]) => void;
}

/** Changes the topology that a supervisor runs; always compares with what runs at that moment. */
export class TopologyChanger {
  readonly #parts: ChangerParts;

  constructor(parts: ChangerParts) {
    this.#parts = parts;
  }

  /** What making this plan what runs would do. @throws UserError CHANGE_IMPOSSIBLE for another topology */
  plan(plan: Plan): Promise<readonly Change[]> {
    return this.#changes(this.#parts.supervisor.plan, plan);
  }

  /**
   * Makes the plan what runs; `allowed` are the names of what may be destroyed.
   * @throws UserError CHANGE_NOT_ALLOWED, CHANGE_TAKEN_BACK, CHANGE_IMPOSSIBLE; TopicConflictError. All runs as before then.
   */
  apply(plan: Plan, allowed: readonly string[]): Promise<readonly Change[]> {
    const { supervisor, admin, onApplied } = this.#parts;
    return supervisor.inTurn(async (before) => {
      const changes = await this.#changes(before, plan);
      const refused = refusedOf(changes, allowed);
      if (refused.length > 0) throw notAllowed(refused);
      if (changes.length === 0) return changes;
      await provision(admin, plan);
      await supervisor.change(plan, () => this.#between(before, plan));
      onApplied(changes);
      return changes;
    });
  }

  async #changes(before: Plan, after: Plan): Promise<readonly Change[]> {
    if (before.name !== after.name) throw anotherTopology(before, after);
    return changesOf({ before, after, facts: await brokerFacts(this.#parts.admin, before, after) });
  }

  /** While what changes is stopped. */
  async #between(before: Plan, after: Plan): Promise<void> {
    const { admin, kafka } = this.#parts;
    const resets = resetChangelogs({ before, after });
    if (resets.length > 0) await emptyTopics(resets, admin, after);
    await withCarryTools(this.#parts.admin, kafka, async (tools) => {
      for (const renaming of renamingsOf(before, after)) await carryOver(renaming, tools, after);
    });
  }
}

/** Does something that may read and write changelogs. */
export async function withCarryTools<T>(
  admin: Admin,
  kafka: ChangerParts['kafka'],
  work: (tools: CarryTools) => Promise<T>,
): Promise<T> {
  const [reader, producer] = [kafka.partitionReader(), kafka.producer()];
  try {
    return await work({ admin, reader, producer });
  } finally {
    await Promise.all([reader.close(), producer.close()]);
  }
}

function notAllowed(refused: readonly Change[]): UserError {
  const which = refused.map(({ of, name, destroys }) => `${of} ${name} (${destroys ?? ''})`).join(', ');
  const words = [...new Set(refused.map(({ name }) => `--allow ${name}`))].join(' ');
  return new UserError(
    'CHANGE_NOT_ALLOWED',
    `this destroys something: ${which}; nothing is changed, say ${words} if you mean it`,
  );
}

function anotherTopology(before: Plan, after: Plan): UserError {
  const sentence =
    `"${before.name}" runs, and the file is now called "${after.name}": groups, state and dead letters of the two have nothing in ` +
    `common; give it its name back, or stop it (npm run topology:down) and start the new one`;
  return new UserError('CHANGE_IMPOSSIBLE', sentence);
}
