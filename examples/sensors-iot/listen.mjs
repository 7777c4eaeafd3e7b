// Shows what is published on MQTT topics: node examples/sensors-iot/listen.mjs [topic] [url]
import mqtt from 'mqtt';

const [topic = 'alerts/#', url = 'mqtt://127.0.0.1:1883'] = process.argv.slice(2);
process.stdout.on('error', () => process.exit()); // whoever reads has seen enough
const client = await mqtt.connectAsync(url);

client.on('message', (name, value, { retain }) => console.log(`${name}${retain ? ' (kept)' : ''} ${value}`));
await client.subscribeAsync(topic, { qos: 1 });
