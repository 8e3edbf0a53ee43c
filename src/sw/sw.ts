declare const self: ServiceWorkerGlobalScope;
