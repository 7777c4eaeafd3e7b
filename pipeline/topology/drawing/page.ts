import type { Plan } from '../plan.ts';
import type { Registry } from '../registry.ts';
import { anchorOf, partAnchor } from './anchors.ts';
import { sourceCard, stageCard, tapCard } from './cards.ts';
import { flowGraph, mainFlow, typeName, type FlowGraph } from './flow-graph.ts';
import { markup, Markup, type Content } from './markup.ts';
import { pageStyle } from './page-style.ts';
import { flowSvg } from './svg.ts';
import { topicTable } from './topic-table.ts';

const GUARANTEES = {
  'at-least-once': 'Nothing acknowledged is lost; after a crash some outputs come twice, with the same ce_id.',
  'exactly-once':
    'Outputs, changes of state and offsets are one transaction. Readers of the outputs need isolation.level=read_committed.',
} as const;

/** The whole topology as one page that needs nothing else: no script, no font, no request. */
export function page(plan: Plan, registry: Registry): string {
  const graph = flowGraph(plan, registry);
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${plan.name} · topology</title>
<style>${new Markup(pageStyle)}</style>
</head>
<body>
<header>
<h1>${plan.name}</h1>
<p>${summary(plan)} · from ${typeName(plan.file)}</p>
</header>
<main>
<figure tabindex="0" aria-label="Flow">
${flowSvg(mainFlow(graph), anchorOf)}
<figcaption><span class="source">source</span> <span class="topic">topic</span> <span class="stage">stage</span> <span class="tap">tap</span> <span class="internal">internal</span></figcaption>
</figure>
<div class="details">
${guarantees(plan)}${section('Sources', plan.sources.map(sourceCard))}${section('Stages', plan.stages.map(stageCard))}${section('Taps', plan.taps.map(tapCard))}<p class="note">Under with, durations are milliseconds and sizes bytes.</p>
</div>
<div class="tables">
${topics(plan, graph)}</div>
</main>
</body>
</html>
`.text;
}

function summary({ sources, stages, taps, topics: all }: Plan): string {
  const counts = [
    [sources.length, 'source'],
    [stages.length, 'stage'],
    [taps.length, 'tap'],
    [all.length, 'topic'],
  ] as const;
  return counts.map(([count, noun]) => `${count} ${noun}${count === 1 ? '' : 's'}`).join(', ');
}

function guarantees({ stages }: Plan): Markup {
  const rows = (Object.keys(GUARANTEES) as (keyof typeof GUARANTEES)[]).map((guarantee) => {
    const under = stages.filter((stage) => stage.guarantee === guarantee);
    if (under.length === 0) return markup``;
    const names = under.map(
      ({ name }, index) => markup`${index > 0 ? ', ' : ''}<a href="#${partAnchor('stage', name)}">${name}</a>`,
    );
    return markup`<p><span class="badge ${guarantee}">${guarantee}</span> ${names}<br><small>${GUARANTEES[guarantee]}</small></p>\n`;
  });
  return stages.length === 0 ? markup`` : markup`<section><h2>Guarantees</h2>\n${rows}</section>\n`;
}

function topics(plan: Plan, graph: FlowGraph): Content {
  const kinds = [
    ['Topics', ['frames', 'records']],
    ['Internal topics', ['changes', 'positions']],
    ['Dead letter topics', ['deadLetters']],
  ] as const;
  return kinds.map(([title, held]) => {
    const found = plan.topics.filter(({ holds }) => (held as readonly string[]).includes(holds));
    return section(title, found.length > 0 ? [topicTable(found, { plan, graph })] : []);
  });
}

function section(title: string, contents: readonly Markup[]): Markup {
  return contents.length === 0
    ? markup``
    : markup`<section><h2>${title}</h2>\n<div class="cards">\n${contents}</div></section>\n`;
}
