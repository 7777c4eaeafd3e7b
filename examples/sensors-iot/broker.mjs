// Stands in for the MQTT broker of the plant: node examples/sensors-iot/broker.mjs [port]
import { createServer } from 'node:net';

const aedes = await import('aedes').catch(() => null);
if (!aedes) {
  console.error('aedes is missing: npm install aedes, or start any other MQTT broker, such as mosquitto');
  process.exit(1);
}
const broker = await aedes.Aedes.createBroker();

broker.on('clientReady', ({ id }) => console.log(`${id} is here`));
broker.on('clientDisconnect', ({ id }) => console.log(`${id} has left`));
createServer(broker.handle).listen(Number(process.argv[2] ?? 1883), '127.0.0.1', function listening() {
  console.log(`mqtt://127.0.0.1:${this.address().port}`);
});
