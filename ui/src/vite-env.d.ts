/// <reference types="svelte" />
/// <reference types="vite/client" />

/** Whether this build may fall back on the in-browser fake host. False in the desktop build. */
declare const __FAKE_HOST__: boolean;
