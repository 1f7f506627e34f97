import type { Component } from 'svelte'

/** A line of a menu. */
export type MenuAction = { name: string; Icon: Component; danger?: boolean; act: () => void }
