import type { gallery as keys } from '../en/gallery';

export const gallery: Record<keyof typeof keys, string> = {
  'gallery.title': '图库',
  'gallery.day': '{clips} · {seconds}',
  'gallery.day-cost': '{clips} · {seconds} · {cost}',
  'gallery.grid': '片段与任务，从新到旧',
  'gallery.open': '打开：{title}，{facts}',
  'gallery.continue': '接续',
  'gallery.continue-this': '从尾帧接续：{title}',
  'gallery.continues': '接续另一个片段',
  'gallery.no-poster': '此片段的封面缺失。',
  'gallery.loading': '正在载入更多片段',
  'gallery.load-failed': '无法载入更多片段。',
  'gallery.empty-title': '这里还没有内容',
  'gallery.empty-text': '写下镜头看到的画面，然后按“生成”，片段会出现在这一行。',
  'gallery.empty-more': '也可以从下面任选一个开始。按下之前不会发送任何内容。',
  'gallery.example-1': '夜航渡轮驶离港口，从码头望去',
  'gallery.example-2': '雨点开始落在纸灯笼上，极近的特写',
  'gallery.example-3': '一个人影走过巨大沙丘的脊线',
  'gallery.example-facts': '{ratio} · {length}',
  'gallery.example-image': '从一张图片开始',
  'gallery.choose-file': '选择文件',
};
