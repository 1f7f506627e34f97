import sharp from 'sharp'
import { avatarTypes } from '#shared/protocol/requests.ts'
import { Refusal } from '../core/errors.ts'

// Formats that nobody may upload are not even tried: SVG can name other files, others are rarely attacked code.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['VipsForeignLoadPng', 'VipsForeignLoadJpeg', 'VipsForeignLoadWebp', 'VipsForeignLoadNsgif'],
})
sharp.concurrency(1)
sharp.cache(false)

/** A decoded picture may have this many pixels: a small file can unfold to gigabytes. */
const mostPixels = 16_000_000

/** A 256×256 WebP of the picture's middle, its first frame, upright, with nothing of the file's metadata. */
export async function reEncode(bytes: Buffer, type: string): Promise<Buffer> {
  if (!(avatarTypes as readonly string[]).includes(type.split(';')[0]?.trim().toLowerCase() ?? '')) throw unsupported()
  try {
    return await sharp(bytes, { limitInputPixels: mostPixels, failOn: 'error', pages: 1 })
      .rotate()
      .resize(256, 256, { fit: 'cover' })
      .webp({ quality: 86 })
      .timeout({ seconds: 10 })
      .toBuffer()
  } catch {
    throw unsupported()
  }
}

function unsupported(): Refusal {
  return new Refusal(
    'unsupported_media_type',
    'Use a picture that is a PNG, JPEG, WebP or GIF of at most 16 megapixels.',
  )
}
