import { createHttp } from './sdk/http.ts'

/** This page's way to the server that it came from. */
export const http = createHttp()
