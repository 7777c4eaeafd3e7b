/** A step of a flow, by the topics it reads and writes. */
export interface Step {
  readonly name: string;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** The circles among steps, each as the names along it; a step that feeds itself is not one. */
export function cyclesOf(steps: readonly Step[]): readonly (readonly string[])[] {
  const next = successors(steps);
  const done = new Set<string>();
  const cycles: (readonly string[])[] = [];
  const visit = (name: string, trail: readonly string[]): void => {
    const start = trail.indexOf(name);
    if (start >= 0) cycles.push(trail.slice(start));
    if (start >= 0 || done.has(name)) return;
    for (const follower of next.get(name) ?? []) visit(follower, [...trail, name]);
    done.add(name);
  };
  for (const { name } of steps) visit(name, []);
  return cycles;
}

/** Steps in flow order: each after those it reads from, otherwise in the order given; circles keep that order too. */
export function inFlowOrder<S extends Step>(steps: readonly S[]): readonly S[] {
  const before = predecessors(steps);
  const placed = new Set<string>();
  const open = new Set<string>();
  const ordered: S[] = [];
  const byName = new Map(steps.map((step) => [step.name, step]));
  const place = (step: S): void => {
    if (placed.has(step.name) || open.has(step.name)) return;
    open.add(step.name);
    for (const name of before.get(step.name) ?? []) {
      const earlier = byName.get(name);
      if (earlier) place(earlier);
    }
    placed.add(step.name);
    ordered.push(step);
  };
  steps.forEach(place);
  return ordered;
}

function successors(steps: readonly Step[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    steps.map((step) => [
      step.name,
      steps.filter((other) => other !== step && other.reads.some((topic) => step.writes.includes(topic))).map(nameOf),
    ]),
  );
}

function predecessors(steps: readonly Step[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    steps.map((step) => [
      step.name,
      steps.filter((other) => other !== step && other.writes.some((topic) => step.reads.includes(topic))).map(nameOf),
    ]),
  );
}

function nameOf({ name }: Step): string {
  return name;
}
