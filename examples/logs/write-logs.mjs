// Three services that write logs in three formats, rotate them, and have a bad minute now and then: node examples/logs/write-logs.mjs
import { appendFileSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setInterval } from 'node:timers';

const directory = join(import.meta.dirname, 'logs');
const TURNS_A_FILE = 300; // half a minute
let turn = 0;

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const combinedTime = (iso) =>
  `${iso.slice(8, 10)}/${months[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;

const services = {
  shop: (time, failed) =>
    JSON.stringify({
      time,
      level: failed ? 'error' : 'info',
      service: 'shop',
      msg: failed ? 'payment refused' : 'order taken',
    }),
  front: (time, failed) =>
    `10.0.0.7 - - [${combinedTime(time)}] "GET /cart HTTP/1.1" ${failed ? 502 : 200} 512 "-" "curl/8.5.0"`,
  mail: (time, failed) =>
    `ts=${time} level=${failed ? 'error' : 'info'} service=mail msg="${failed ? 'no answer' : 'sent'}"`,
};

mkdirSync(directory, { recursive: true });
console.log(`writing to ${directory}, until Ctrl-C`);
setInterval(() => {
  const time = new Date().toISOString();
  const isBadMinute = new Date().getMinutes() % 3 === 0;
  for (const [name, line] of Object.entries(services)) {
    const file = join(directory, `${name}.log`);
    const failed = Math.random() < (isBadMinute && name === 'shop' ? 0.4 : 0.02);
    appendFileSync(file, `${line(time, failed)}\n`);
    if (turn % TURNS_A_FILE === TURNS_A_FILE - 1) renameSync(file, `${file}.1`);
  }
  turn++;
}, 100);
