import { mount } from 'svelte'
import MessengerPage from './MessengerPage.svelte'
import '../styles/tokens.css'
import '../styles/base.css'
import '../styles/people.css'
import './messenger.css'

const target = document.getElementById('messenger')
if (!target) throw new Error('The page has no #messenger to mount into.')
const agentId = location.pathname.split('/')[2] ?? ''
mount(MessengerPage, { target, props: { agentId } })
