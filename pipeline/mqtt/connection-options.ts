import { z } from 'zod';

const file = z.string().min(1);

/** Options of everything that connects to an MQTT broker. */
export const mqttConnectionOptions = {
  url: z
    .url({ protocol: /^(mqtts?|wss?)$/, error: 'must be an address such as mqtt://localhost:1883, mqtts, ws or wss' })
    .refine((url) => !/^\w+:\/\/[^/]*@/.test(url), { error: 'must be without a password; use username and password' })
    .describe('Address of the MQTT broker: mqtt, mqtts (TLS), ws or wss.'),
  username: z.string().min(1).optional().describe('Who connects. Default: nobody.'),
  password: z.string().min(1).optional().describe('Password of username; write it as ${secret:NAME}.'),
  tls: z
    .strictObject({
      ca: file.optional().describe('File with the certificates to trust. Default: those of the system.'),
      cert: file.optional().describe('File with the certificate to show.'),
      key: file.optional().describe('File with its key.'),
    })
    .prefault({})
    .describe('Certificates for mqtts and wss, relative to the folder of the topology file.'),
};

/** What is needed to connect. */
export interface MqttConnectionSettings {
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls: {
    readonly ca?: string | undefined;
    readonly cert?: string | undefined;
    readonly key?: string | undefined;
  };
}
