// The system packages, by what needs them. `npm start` sees to build and run, `npm test` to test as well.
// Debian and Ubuntu get them installed; the words below are what everyone else is told.

/** Debian and Ubuntu package names. They are the same from Debian 12 and Ubuntu 22.04 on. */
export const debian = {
  /** To compile: WebKitGTK's and the tray's headers, a C compiler, and nasm, which makes the H.264 encoder twice as fast. */
  build: [
    'build-essential',
    'file',
    'libayatana-appindicator3-dev',
    'librsvg2-dev',
    'libssl-dev',
    'libwebkit2gtk-4.1-dev',
    'libxdo-dev',
    'nasm',
    'pkg-config',
  ],
  /** To run: H.264 inside the window is decoded by GStreamer's libav plug-in; clips play with `plugins-good`. */
  run: ['gstreamer1.0-libav', 'gstreamer1.0-plugins-good'],
  /** To test: a display, a keychain of its own, the two browsers' drivers, and ffmpeg as a second opinion on our files. */
  test: [
    'dbus',
    'dbus-x11',
    'ffmpeg',
    'fonts-dejavu-core',
    'fonts-noto-cjk',
    'gnome-keyring',
    'imagemagick',
    'libsecret-tools',
    'webkit2gtk-driver',
    'x11-utils',
    'xauth',
    'xclip',
    'xdotool',
    'xvfb',
  ],
  /** A Chromium for the page tests, unless one of `chromiums` is there already. */
  browser: { debian: ['chromium-headless-shell'], ubuntu: ['chromium'] },
};

/**
 * Programs that serve as the page tests' browser, best first. The shell draws no window around the page: the tests take a
 * third less time in it.
 */
export const chromiums = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
];

/** What to install by hand, per system. */
export const byHand = {
  fedora:
    'sudo dnf install gcc gcc-c++ make file nasm pkgconf-pkg-config openssl-devel webkit2gtk4.1-devel librsvg2-devel ' +
    'libxdo-devel libayatana-appindicator-gtk3-devel gstreamer1-plugins-good gstreamer1-plugin-libav',
  arch:
    'sudo pacman -S --needed base-devel file nasm openssl webkit2gtk-4.1 librsvg xdotool libayatana-appindicator ' +
    'gst-libav gst-plugins-good',
  suse:
    'sudo zypper install gcc gcc-c++ make file nasm pkg-config libopenssl-devel webkit2gtk3-devel librsvg-devel ' +
    'xdotool-devel libayatana-appindicator3-devel gstreamer-plugins-good gstreamer-plugins-libav',
  linux:
    'a C compiler, make, nasm, pkg-config, and the development files of WebKitGTK 4.1, librsvg, OpenSSL, libxdo and ' +
    "libayatana-appindicator 3; for playing clips GStreamer's good and libav plug-ins",
  darwin:
    'xcode-select --install        (the command line tools; nasm from Homebrew is optional and makes encoding faster)',
  win32:
    'Microsoft C++ Build Tools with "Desktop development with C++" (winget install Microsoft.VisualStudio.2022.BuildTools), ' +
    'and WebView2, which Windows 10 and 11 have already (winget install Microsoft.EdgeWebView2Runtime)',
};
