import { pageScript } from './page-script.ts';

/**
 * What the scripts of live pages begin with: they are told of changes by events, say so when the connection is lost, and
 * find back by themselves. Whatever the server says is set as text, never as markup.
 */
export const liveScript = String.raw`${pageScript}
const SILENT_MS = 15000, RETRY_MS = 1500;
let events, retry, watchdog;

function connect(onData) {
  clearTimeout(retry);
  events?.close();
  events = new EventSource('events');
  const alive = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(lose, SILENT_MS);
    setState('live', 'Live');
  };
  const lose = () => {
    clearTimeout(watchdog);
    events.close();
    setState('lost', 'Connection lost');
    retry = setTimeout(() => connect(onData), RETRY_MS);
  };
  events.addEventListener('alive', alive);
  events.onmessage = ({ data }) => { alive(); onData(JSON.parse(data)); };
  events.onerror = lose;
}

function duration(ms) {
  const seconds = Math.round(ms / 1000);
  if (ms < 1000) return Math.round(ms) + ' ms';
  if (seconds < 60) return seconds + ' s';
  if (seconds < 3600) return Math.floor(seconds / 60) + ' min ' + (seconds % 60) + ' s';
  return Math.floor(seconds / 3600) + ' h ' + Math.floor((seconds % 3600) / 60) + ' min';
}

const clockTime = (ms) => new Date(ms).toLocaleTimeString([], { hourCycle: 'h23' });
const day = (ms) => new Date(ms).toLocaleDateString([], { day: 'numeric', month: 'short', year: 'numeric' });
`;
