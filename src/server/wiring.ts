import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createTestCall } from './answering/test-call.ts';
import { createArchive } from './archive/archive.ts';
import { createCallLog } from './archive/call-log.ts';
import { historyRoutes } from './archive/history.ts';
import { ARCHIVE_ALL, historyPolicy } from './archive/policy.ts';
import { archiveModule } from './archive/tables.ts';
import { createAuthenticator } from './auth/authenticator.ts';
import { createGuesses, GUESS_LIMITS } from './auth/guesses.ts';
import { createNonces } from './auth/nonces.ts';
import { calendarRoutes } from './calendar/calendar-routes.ts';
import { calendarsModule, calendarStore } from './calendar/calendar-store.ts';
import { openCalendars } from './calendar/open.ts';
import { guardedClock, repeat, systemClock } from './clock.ts';
import { demoDay } from './demo/days.ts';
import { demoEntrances, seedDemoOffice, startColleagues } from './demo/office.ts';
import { groupsModule, groupStore } from './directory/groups-store.ts';
import { openDirectory } from './directory/open.ts';
import { NO_DIRECTORY } from './directory/settings.ts';
import { embedRoutes } from './embed/embed-routes.ts';
import { createPresenceStreams } from './embed/streams.ts';
import { embedTokens, embedTokensModule } from './embed/tokens.ts';
import { createEvents } from './events/events.ts';
import { sqliteEventStore } from './events/sqlite-store.ts';
import { EVENT_TABLES } from './events/tables.ts';
import { createFederation } from './federation/federation.ts';
import { withPeers } from './federation/foreign-locations.ts';
import { createOutbox, outboxModule } from './federation/outbox.ts';
import { createPeering } from './federation/peering.ts';
import { conferencePackage } from './focus/conference-package.ts';
import { openConferences } from './focus/conferences.ts';
import { focusModule } from './focus/conference-store.ts';
import { createFocus } from './focus/focus.ts';
import { isThereFor } from './focus/sight.ts';
import { beingBuilt, notHere } from './http/absent-client.ts';
import { createHttpAuthenticator } from './http/authentication.ts';
import { createHttpServer } from './http/http-server.ts';
import { isLoopback, isOwnHost, isSameHost, peerOf } from './http/peer.ts';
import { peopleRoutes } from './http/people-routes.ts';
import { configRoute, healthRoute, metricsRoute } from './http/status-routes.ts';
import { silentLog } from './log.ts';
import { startMedia } from './media/media.ts';
import { createDelivery, KEPT_FOR } from './messages/delivery.ts';
import { createMessageHandler } from './messages/message-handler.ts';
import { createMetrics } from './metrics.ts';
import { vapidKeys } from './push/vapid-keys.ts';
import { createWake } from './push/wake.ts';
import { createPushSender } from './push/web-push-sender.ts';
import { callRouter } from './routing/call-router.ts';
import { handlingRoute } from './routing/handling-route.ts';
import { openHandlings } from './routing/handlings.ts';
import type { RunningServer, ServerOptions } from './server-options.ts';
import { assembleSip } from './sip/assembly.ts';
import { createDomain } from './sip/domain.ts';
import { createGruus } from './sip/gruu.ts';
import { NO_PEERS } from './sip/peers.ts';
import { LIMITS } from './sip/limits.ts';
import { createSipWebSocket } from './sip/websocket.ts';
import { bindingsModule, bindingStore } from './store/bindings.ts';
import { openDatabase } from './store/database.ts';
import { qualityModule, qualityRoutes } from './quality/collector.ts';
import { diskProblem } from './store/disk-room.ts';
import { MAILBOX_LIMITS } from './store/mailbox-limits.ts';
import { messagesModule, messageStore } from './store/messages.ts';
import { installationKey, secretsModule } from './store/secrets.ts';
import { usersModule, userStore } from './store/users.ts';
import { USUAL_FILES } from './uploads/file-policy.ts';
import { filesModule } from './uploads/file-store.ts';
import { openUploads } from './uploads/open.ts';
import { voicemailRoutes } from './voicemail/routes.ts';
import { openVoicemailStore, voicemailModule } from './voicemail/store.ts';
import { createVoicemail } from './voicemail/voicemail.ts';
import { openDocuments, XCAP_TABLES } from './xcap/documents.ts';
import { xcapRoute } from './xcap/xcap-route.ts';

export type { RunningServer, ServerOptions };

const MODULES = [
  usersModule,
  groupsModule,
  embedTokensModule,
  secretsModule,
  bindingsModule,
  messagesModule,
  focusModule,
  XCAP_TABLES,
  EVENT_TABLES,
  calendarsModule,
  outboxModule,
  archiveModule,
  filesModule,
  voicemailModule,
  qualityModule,
];

/** How often what is too old is thrown away. */
const PRUNE_EVERY = 3_600_000;

/** Builds the server and listens. Rejects with `CannotOpen`, or with the system's error when it cannot listen. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { folder, domain: name, host = '127.0.0.1', port = 0, origins = [] } = options;
  const { trustProxy = false, metricsOpen = false } = options;
  const log = options.log ?? silentLog();
  const clock = guardedClock(options.clock ?? systemClock(), (error) => log.error('timer-failed', { error }));
  const database = openDatabase(folder, MODULES);
  try {
    return await build();
  } catch (error) {
    database.close();
    throw error;
  }

  async function build(): Promise<RunningServer> {
    const { durable, quick } = database;
    const metrics = createMetrics();
    const users = userStore(durable);
    const groups = groupStore(durable);
    const directory = openDirectory({
      settings: options.directory ?? NO_DIRECTORY,
      users,
      groups,
      clock,
      log,
      metrics,
    });
    const documents = openDocuments(durable, log);
    const handlings = openHandlings(documents);
    const gruus = createGruus(await installationKey(durable, 'gruu'), name);
    const domain = createDomain(name, [], gruus);
    const vapid = vapidKeys(folder);
    const wake = createWake({
      send: createPushSender({
        keys: vapid,
        subject: `mailto:postmaster@${name}`,
        allowLoopback: options.allowLoopbackPush === true,
      }),
      publicKey: vapid.publicKey,
      locations: { forget: (binding) => sip.locations.forget(binding) },
      clock,
      log,
    });
    const authenticator = createAuthenticator({
      users,
      realm: name,
      nonces: createNonces(await installationKey(durable, 'nonce'), name),
      guesses: createGuesses({ ...GUESS_LIMITS, ...options.guesses }),
      clock,
      log,
      count: metrics.counter('parley_digest', 'Passwords asked for and given', 'verdict'),
    });
    const policy = historyPolicy(options.history ?? ARCHIVE_ALL);
    const isOwn = (aor: string): boolean => domain.aorOf(aor) !== null;
    const archive = createArchive({ writer: durable, policy, log, isOwn });
    const callLog = createCallLog({ ...archive, writer: durable, now: clock.now, isOwn, log });
    const sip = assembleSip({
      calls: callLog,
      router: callRouter(handlings),
      clock,
      domain,
      gruus,
      users,
      authenticator,
      bindings: bindingStore(quick),
      key: await installationKey(durable, 'flow'),
      wake,
      log,
      metrics,
    });
    const { core, locations } = sip;
    const { caller } = core;
    const { federation: settings = null } = options;
    const peering = settings && createPeering({ settings, domain: name, core, clock, log, metrics });
    const store = messageStore(durable, quick, MAILBOX_LIMITS, archive);
    const conferences = openConferences({
      durable,
      messages: store,
      users,
      domain: name,
      clock,
      log,
      reach: () => events.reach,
    });
    const roster = conferencePackage({
      conferences,
      domain,
      nameOf: users.name,
      isThere: isThereFor(locations, () => events.reach),
    });
    const voicemails = await openVoicemailStore(folder, durable, clock.now, log);
    const events = createEvents({
      store: sqliteEventStore(quick, clock, log),
      ...{ documents, handlings },
      locations: withPeers(locations, peering?.links ?? NO_PEERS),
      caller,
      users,
      domain,
      clock,
      log,
      xcapRoot: '/xcap',
      history: archive,
      voicemail: voicemails,
      hosted: [roster],
    });
    const count = metrics.counter('parley_deliveries', 'Stored messages sent to devices', 'outcome');
    const delivery = createDelivery({ store, locations, caller, users, clock, log, count });
    const { reach } = events;
    const messages = createMessageHandler({
      store,
      delivery,
      locations,
      users,
      domain,
      caller,
      clock,
      reach,
      wake,
      log,
    });
    const focus = createFocus({
      conferences,
      events,
      delivery,
      locations,
      users,
      domain,
      caller,
      clock,
      reach,
      wake,
      log,
      metrics,
    });
    const media = startMedia();
    const answering = { media, domain, locations, caller, clock, log, metrics };
    const testCall = createTestCall(answering);
    const voicemail = createVoicemail({
      ...{ ...answering, store: voicemails, users, reach },
      diskProblem: () => diskProblem(folder),
    });
    const federation = peering
      ? createFederation({
          ...{ peering, domain, store, delivery, caller, users, clock, log, metrics },
          outbox: createOutbox(durable, quick),
          onBack: events.peerBack,
        })
      : null;
    await sip.start(
      [...focus.handlers, testCall.handler, voicemail.handler, messages, ...events.handlers],
      reach,
      federation ?? undefined,
    );

    const sockets = createSipWebSocket({
      clock,
      limits: { ...LIMITS, ...options.limits },
      log,
      peerOf: (request) => peerOf(request, trustProxy),
      allowsOrigin: (origin, ownHost) => isSameHost(origin, ownHost) || origins.includes(origin),
      onConnection: (connection) => core.opened(connection),
      onMessage: (message, connection) => core.receive(message, connection),
    });
    metrics.gauge('parley_connections', 'Open SIP connections', () => sockets.count);
    metrics.gauge('parley_subscriptions', 'Subscriptions', () => events.subscriptions());

    const demo = options.demo === true && folder !== ':memory:';
    if (demo && (await users.list()).length === 0)
      await seedDemoOffice(folder, name, users, documents, groups);
    const httpAuthenticator = createHttpAuthenticator(authenticator, clock);
    const tokens = embedTokens(durable, clock);
    const { publicState, levelOf, onPresence } = events;
    const streams = createPresenceStreams({ publicState, levelOf, onPresence, nameOf: users.name, clock });
    tokens.onRevoked((id) => streams.end(id));
    const insideHosts = options.calendarHosts ?? [];
    const calendars = openCalendars({
      store: calendarStore(durable),
      key: await installationKey(durable, 'calendar'),
      insideHosts,
      publish: events.publishInternally,
      entryOf: (aor) => users.entry(aor),
      ...(demo ? { demo: { people: (await users.list()).map(({ aor }) => aor), day: demoDay } } : {}),
      clock,
      log,
    });
    const uploads = openUploads({
      ...{ folder, writer: durable, clock, log },
      policy: options.files ?? USUAL_FILES,
      authenticator: httpAuthenticator,
    });
    const isLocal = host === 'localhost' || isLoopback(host);
    const hostNames = [name, ...origins.map((origin) => new URL(origin).hostname)];
    const allowsHost = (ownHost: string): boolean => !isLocal || trustProxy || isOwnHost(ownHost, hostNames);
    const http = createHttpServer({
      routes: [
        healthRoute(() => {
          for (const writer of [durable, quick]) writer.recover();
          return durable.problem ?? quick.problem ?? diskProblem(folder);
        }, metricsOpen),
        metricsRoute(metrics, metricsOpen),
        configRoute((ownHost, secure) => ({
          sip: [`${secure ? 'wss' : 'ws'}://${ownHost}/sip`],
          domain: name,
          xcapRoot: `${secure ? 'https' : 'http'}://${ownHost}/xcap`,
          serviceRoot: `${secure ? 'https' : 'http'}://${ownHost}/api`,
          conferenceFactory: focus.factory,
          testCall: testCall.address,
          voicemail: voicemail.address,
          vapidKey: vapid.publicKey,
          ...(demo ? { demo: demoEntrances(folder, name) } : {}),
        })),
        xcapRoute({ root: '/xcap', documents, authenticator: httpAuthenticator, known: handlings }),
        ...peopleRoutes({
          directory,
          authenticator: httpAuthenticator,
          // Who has no account here keeps no rules: what the organisation publishes of them holds for the organisation.
          levelOf: (owner, who) => (users.exists(owner) ? levelOf(owner, who) : 'company'),
        }),
        ...embedRoutes({
          ...{ tokens, streams, exists: users.exists, clock },
          authenticator: httpAuthenticator,
        }),
        handlingRoute(handlings, { voicemail: true, numbers: false }, httpAuthenticator),
        ...calendarRoutes(calendars, { insideHosts }, httpAuthenticator),
        ...focus.routes(httpAuthenticator),
        ...qualityRoutes(quick, httpAuthenticator, clock),
        ...historyRoutes({
          ...{ archive, writer: durable, files: uploads.policy, nameOf: users.name, now: clock.now, log },
          authenticator: httpAuthenticator,
        }),
        ...uploads.routes,
        ...voicemailRoutes(voicemails, httpAuthenticator),
      ],
      fallback: (request, response) => client(request, response),
      log,
      origins,
      trustProxy,
      allowsHost,
    });
    let client = beingBuilt;
    http.on('upgrade', (request, socket, head) => {
      if (!allowsHost(request.headers.host ?? '')) socket.destroy();
      else if (request.url?.split('?')[0] === '/sip') sockets.upgrade(request, socket, head);
      else if (http.listenerCount('upgrade') === 1) socket.destroy();
    });
    http.listen(port, host);
    await once(http, 'listening');
    const { port: listening } = http.address() as AddressInfo;
    // After listening: a port in use should be told before a minute of building.
    client = (await options.client?.(http)) ?? notHere;
    const sendHome = demo ? startColleagues(folder, name, listening, media) : (): void => undefined;
    await calendars.start();
    const federationPort = (await federation?.start(host)) ?? null;
    const stopPruning = repeat(clock, PRUNE_EVERY, () => {
      const now = clock.now();
      for (const done of [
        store.prune(now - KEPT_FOR),
        archive.prune(now),
        uploads.prune(now),
        voicemails.prune(now),
      ]) {
        done.catch((error: unknown) => log.error('prune-failed', { error }));
      }
    });
    log.info('listening', { host, port: listening, domain: name });

    const shutDown = async (): Promise<void> => {
      stopPruning();
      calendars.stop();
      sendHome();
      directory.stop();
      streams.stop();
      const closed = new Promise((resolve) => http.close(resolve));
      testCall.stop();
      await voicemail.stop();
      // Whoever waits for a commit gets the answer before the connection ends.
      core.stop();
      durable.flush();
      quick.flush();
      await nextTurn();
      sockets.close();
      federation?.stop();
      http.closeAllConnections();
      await closed;
      events.stop();
      wake.stop();
      media.stop();
      uploads.close();
      voicemails.close();
      callLog.stop();
      database.close();
      log.info('stopped');
    };
    let closing: Promise<void> | null = null;
    const close = (): Promise<void> => (closing ??= shutDown());
    return { port: listening, federationPort, domain: name, users, groups, metrics, close };
  }
}
