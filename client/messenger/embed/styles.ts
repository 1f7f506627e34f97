import type { Messenger } from '#shared/protocol/agents/messenger.ts'
import { inkOn } from '../state/ink.ts'

type Look = Pick<Messenger, 'colour' | 'side'>

/**
 * A sheet that is made by a script: a policy that forbids styles does not forbid it. What is important in `:host` is
 * stronger than what is important in the page around it.
 */
export function newStyles(look: Look): CSSStyleSheet {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(stylesOf(look))
  return sheet
}

function stylesOf({ colour, side }: Look): string {
  return `
:host {
  all: initial !important;
  direction: ltr !important;
  display: block !important;
  position: fixed !important;
  ${side}: max(20px, env(safe-area-inset-${side})) !important;
  bottom: max(20px, env(safe-area-inset-bottom)) !important;
  z-index: 2147483647 !important;
}
button {
  position: relative;
  display: grid;
  place-items: center;
  box-sizing: border-box;
  width: 56px;
  height: 56px;
  padding: 0;
  border: 1px solid transparent;
  border-radius: 50%;
  background: ${colour};
  color: ${inkOn(colour)};
  box-shadow: 0 0 0 1px rgb(0 0 0 / 12%), 0 4px 16px rgb(0 0 0 / 24%);
  cursor: pointer;
}
button:focus-visible {
  outline: 2px solid #000;
  outline-offset: 2px;
  box-shadow: 0 0 0 6px #fff;
}
svg {
  width: 26px;
  height: 26px;
  fill: none;
  stroke: currentcolor;
  stroke-width: 2;
  stroke-linecap: round;
  stroke-linejoin: round;
}
[aria-expanded=true] .speech, [aria-expanded=false] .cross, [hidden] {
  display: none !important;
}
span {
  position: absolute;
  top: -4px;
  right: -4px;
  box-sizing: border-box;
  min-width: 22px;
  padding: 0 6px;
  border: 2px solid #fff;
  border-radius: 11px;
  background: #b3261e;
  color: #fff;
  font: 700 12px/18px system-ui, sans-serif;
}
iframe {
  position: absolute;
  ${side}: 0;
  bottom: 72px;
  width: min(380px, 100vw - 40px);
  height: min(600px, 100vh - 112px);
  height: min(600px, 100dvh - 112px);
  border: 0;
  border-radius: 16px;
  background: Canvas;
  color-scheme: light dark;
  box-shadow: 0 0 0 1px rgb(0 0 0 / 12%), 0 12px 48px rgb(0 0 0 / 28%);
}
@media (max-width: 479.98px) {
  iframe {
    position: fixed;
    inset: 0;
    width: 100%;
    height: 100%;
    border-radius: 0;
  }
  .ready:not([hidden]) ~ button {
    visibility: hidden;
  }
}
@media (prefers-reduced-motion: no-preference) {
  iframe {
    animation: rise 160ms ease-out;
  }
  button {
    transition: scale 120ms;
  }
  button:hover {
    scale: 1.05;
  }
}
@media print {
  :host {
    display: none !important;
  }
}
@keyframes rise {
  from {
    opacity: 0;
    translate: 0 12px;
  }
}`
}
