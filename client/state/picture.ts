import { membership } from '../messages/membership.ts'
import { avatarTypes, mostAvatarBytes } from '#shared/protocol/requests.ts'

export type Point = { x: number; y: number }
export type Size = { width: number; height: number }
/** How a picture lies under the round window: `crop` in pixels of the screen from the middle, `zoom` from 1 up. */
export type Framing = { crop: Point; zoom: number }

/** Pixels on a side of what is sent; the server makes 256 of them, so that a dense screen loses nothing. */
const side = 512

/** Why a file cannot be a picture here, or null. */
export function refusalOf(file: File): string | null {
  if (!avatarTypes.some((type) => type === file.type)) return membership().wrongType
  return file.size > mostAvatarBytes ? membership().tooLarge : null
}

/** A picture that is shown now; null where it is not to be had any more. */
export async function pictureAt(url: string): Promise<Blob | null> {
  const answer = await fetch(url).catch(() => null)
  return answer?.ok ? answer.blob() : null
}

/** How far the picture can be moved from the middle before the window shows its edge. */
export function reachOf(shown: Size, zoom: number): Point {
  const window = Math.min(shown.width, shown.height)
  return { x: (shown.width * zoom - window) / 2, y: (shown.height * zoom - window) / 2 }
}

export function within(crop: Point, reach: Point): Point {
  return { x: clamp(crop.x, reach.x), y: clamp(crop.y, reach.y) }
}

/** The square of the picture's own pixels that the window shows. `shown`: its size on the screen at zoom 1. */
export function squareOf(natural: Size, shown: Size, { crop, zoom }: Framing): Point & { side: number } {
  const { x, y } = within(crop, reachOf(shown, zoom))
  const scale = natural.width / shown.width / zoom
  const square = Math.min(natural.width, natural.height) / zoom
  return { x: natural.width / 2 - x * scale - square / 2, y: natural.height / 2 - y * scale - square / 2, side: square }
}

/** What the window shows, as a picture of its own. */
export function cutOut(image: HTMLImageElement, framing: Framing): Promise<Blob> {
  const natural = { width: image.naturalWidth, height: image.naturalHeight }
  const shown = { width: image.offsetWidth, height: image.offsetHeight }
  const square = squareOf(natural, shown, framing)
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = side
  canvas.getContext('2d')?.drawImage(image, square.x, square.y, square.side, square.side, 0, 0, side, side)
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be drawn.'))),
      'image/webp',
      0.92,
    )
  })
}

function clamp(value: number, reach: number): number {
  return Math.max(-reach, Math.min(reach, value))
}
