import { randomBytes } from 'node:crypto';
import type { ConsentIndex } from './consent/consent-index.ts';
import { mayStillLeave } from './consent/decide.ts';
import type { Circumstances } from './consent/grant.ts';
import { ConsentDesk } from './household/consent-desk.ts';
import { OfferShelf } from './household/offer-shelf.ts';
import { leasedNames } from './leased-names.ts';
import { Outbox } from './outbox/outbox.ts';
import type { WayOut } from './parts.ts';
import { HomeKeys } from './pseudonymize/home-keys.ts';
import { SET_BACK } from './restore/sentences.ts';
import type { Store } from './store/store.ts';
import type { HomeClock } from './time/home-clock.ts';
import { machineClock } from './uplink/clock.ts';
import { readServiceCertificate } from './uplink/service-certificate.ts';
import { startUplink } from './uplink/uplink.ts';
import type { Uplink } from './uplink/uplink-settings.ts';

/** An operator this hub is enrolled with, as it is stored. */
export interface OperatorRow {
  readonly id: number;
  readonly fingerprint: Buffer;
  readonly root_key: Buffer;
  readonly enrolment_key: Buffer;
  readonly service_certificate: string;
  readonly broker_url: string;
  readonly ingress_url: string;
  /** Milliseconds since 1970, home time. */
  readonly enrolled_at: number;
}

/** What an enrolled hub leans on. */
export interface EnrolledParts {
  readonly store: Store;
  readonly clock: HomeClock;
  readonly secret: Buffer;
  readonly uplinkUrl: string | undefined;
  readonly usedSubjects: () => ReadonlySet<string>;
  readonly circumstances: () => Circumstances;
  readonly onConsent: () => void;
  readonly onAcknowledged: () => void;
  /** Says a sentence to whoever watches the program. */
  readonly say?: (level: 'warn', sentence: string) => void;
}

/** The length of a lease where the offer is not known any more. */
const LEASE_HOURS = 24;
/** Pseudonyms asked about in one cell. */
const INQUIRIES = 4;

function numberIn(row: { readonly value: Buffer } | undefined): number | undefined {
  return row && Number(row.value.toString());
}

/** Everything that exists only once the hub is enrolled with an operator: names, offers, consent, outbox, uplink. */
export class Enrolled implements WayOut {
  readonly row: OperatorRow;
  readonly keys: HomeKeys;
  readonly outbox: Outbox;
  readonly offers: OfferShelf;
  readonly consent: ConsentDesk;
  readonly uplink: Uplink;

  private constructor(row: OperatorRow, parts: EnrolledParts, outbox: Outbox, offers: OfferShelf, serviceKey: Buffer) {
    const { store, clock, secret, uplinkUrl, usedSubjects, onConsent, onAcknowledged } = parts;
    this.row = row;
    this.keys = new HomeKeys(secret, row.fingerprint);
    this.outbox = outbox;
    this.offers = offers;
    this.consent = new ConsentDesk({
      store,
      operator: row.id,
      keys: this.keys,
      outbox: this.outbox,
      offers,
      clock,
      usedSubjects,
      circumstances: parts.circumstances,
      onSetBack: () => parts.say?.('warn', SET_BACK.en),
      onChange: () => {
        this.uplink.recheck();
        this.uplink.notify();
        onConsent();
      },
    });
    this.uplink = startUplink({
      outbox: this.outbox,
      enrolment: {
        hub: this.keys.hub,
        operator: row.fingerprint,
        serviceKey,
        enrolmentKey: row.enrolment_key,
        ingressUrl: uplinkUrl ?? row.ingress_url,
      },
      ordinals: {
        confirmedBefore: this.consent.agreements.highestConfirmed(),
        // One that is not confirmed on disk must not be used: forgotten as unconfirmed, it would be renumbered and never erased.
        highest: () => this.consent.agreements.highestConfirmed(),
        confirmed: (kept) => this.consent.confirmOrdinals(kept),
      },
      mayLeave: (agreement, category) => mayStillLeave(this.index, agreement, category, clock.moment()),
      onReceipt: (receipt) => {
        queueMicrotask(onConsent);
        return this.consent.receipt(receipt);
      },
      onAcknowledged,
      leased: leasedNames({
        index: () => this.index,
        moment: () => clock.moment(),
        usedSubjects,
        agreement: (id) => this.consent.agreements.get(id),
        keys: this.keys,
        leaseHours: (offer) => offers.get(offer)?.offer.leaseHours ?? LEASE_HOURS,
      }),
      attestation: {
        inquiries: () => this.consent.withdrawals.inquiries(clock.now().ms, INQUIRIES),
        standings: (standings) => {
          queueMicrotask(onConsent);
          return this.consent.withdrawals.standings(standings, clock.now().ms);
        },
      },
      contact: {
        // One who never reached the data broker since has been without it from then on.
        storedMs: numberIn(store.get<{ value: Buffer }>('meta.get', 'uplink_contact')) ?? row.enrolled_at,
        homeMs: () => clock.now().ms,
        store: (contactMs) => store.later([['meta.put', 'uplink_contact', Buffer.from(String(contactMs))]]),
      },
      clock: machineClock,
      random: Math.random,
    });
  }

  /** Opens what is stored for an operator; rejects when the stored certificate does not verify. */
  static async open(row: OperatorRow, parts: EnrolledParts): Promise<Enrolled> {
    const serviceKey = await readServiceCertificate(row.service_certificate, row.root_key);
    if (!serviceKey)
      throw new Error('The stored certificate of the data broker does not verify: enrol this hub again.');
    const outbox = await Outbox.open({ store: parts.store, operator: row.id, randomBytes });
    const offers = await OfferShelf.open(parts.store, row.id, row.root_key);
    return new Enrolled(row, parts, outbox, offers, serviceKey);
  }

  /** The live grants. */
  get index(): ConsentIndex {
    return this.consent.index;
  }

  /** The ordinal an agreement's keys are made from. */
  ordinalOf = (agreement: number): number => this.consent.agreements.get(agreement).ordinal;

  /** Ends the uplink; nothing is lost, what waits is on disk. */
  close(): Promise<void> {
    return this.uplink.close();
  }
}
