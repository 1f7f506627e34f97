import { mount } from 'svelte'
import { z } from 'zod'
import App from './App.svelte'
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import './styles/overlays.css'
import './styles/people.css'
import './styles/shell.css'

// zod would try `new Function` for speed, which the content security policy reports as a violation
z.config({ jitless: true })

const target = document.getElementById('app')
if (!target) throw new Error('The page has no #app to mount into.')
mount(App, { target })
