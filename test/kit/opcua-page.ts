import { readFileSync } from 'node:fs';

/** A node as docs/connect/opc-ua.md maps it. */
export interface PagePoint {
  readonly nodeId: string;
  readonly thing: string;
  readonly kind: string;
}

/** The text of docs/connect/opc-ua.md. */
export const PAGE = readFileSync(new URL('../../docs/connect/opc-ua.md', import.meta.url), 'utf8');

/** The mapping file as that page shows it. */
export const PAGE_MAPPING: {
  readonly user: string;
  readonly passwordFile: string;
  readonly points: readonly PagePoint[];
} = JSON.parse(/^ *```json\n([\s\S]*?)^ *```$/m.exec(PAGE)?.[1] ?? '');
