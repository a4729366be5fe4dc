// Start-up: find what runs this window, then draw it.

import './app.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { useHost } from '$lib/ipc/client';
import { findHost } from '$lib/ipc/host';
import { relay } from '$lib/shared/given';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');

try {
  useHost(await findHost());
  // Before anything is there that listens for drags.
  relay.listen(window);
  mount(App, { target });
} catch (error) {
  target.textContent = error instanceof Error ? error.message : String(error);
}
