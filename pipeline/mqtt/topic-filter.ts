/** What is wrong with a topic filter; null where nothing is. */
export function filterFault(filter: string): string | null {
  if (filter.includes('\0')) return 'must not have a NUL in it';
  const levels = levelsOf(filter);
  const isPart = levels.some((level) => level.length > 1 && /[+#]/.test(level));
  if (isPart) return 'must have + and # as whole levels: plant/+/temperature, plant/#';
  if (levels.slice(0, -1).includes('#')) return 'must have # as its last level alone';
  return null;
}

/** Whether a topic is among those a filter names; `$share/<group>/` before a filter names the same. */
export function matchesFilter(topic: string, filter: string): boolean {
  const names = topic.split('/');
  const levels = levelsOf(filter);
  if (topic.startsWith('$') && /^[+#]/.test(levels[0] ?? '')) return false;
  for (const [index, level] of levels.entries()) {
    if (level === '#') return names.length >= index;
    if (names[index] === undefined || (level !== '+' && level !== names[index])) return false;
  }
  return names.length === levels.length;
}

function levelsOf(filter: string): readonly string[] {
  return filter.replace(/^\$share\/[^/]+\//, '').split('/');
}
