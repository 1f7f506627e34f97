import './without-eval.ts'
import { mount } from 'svelte'
import App from './App.svelte'
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import './styles/overlays.css'
import './styles/people.css'
import './styles/shell.css'

// beside the page, not before it: by then it is there
import('./sdk/socket.ts').catch(() => undefined)

const target = document.getElementById('app')
if (!target) throw new Error('The page has no #app to mount into.')
mount(App, { target })
