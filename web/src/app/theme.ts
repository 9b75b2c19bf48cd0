import { Alert, createTheme } from '@mantine/core';

const fonts = 'system-ui, "Hiragino Sans", "Yu Gothic UI", "Noto Sans JP", "Noto Sans CJK JP", Meiryo, sans-serif';

export const theme = createTheme({
  primaryColor: 'navy',
  primaryShade: 7,
  colors: {
    navy: ['#eef4fb', '#dbe6f4', '#b4cce9', '#8ab0de', '#6798d4', '#5189ce', '#3b76bf', '#1c5aa0', '#174b87', '#103a6c'],
  },
  fontFamily: fonts,
  headings: { fontFamily: fonts, fontWeight: '650' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  autoContrast: true,
  luminanceThreshold: 0.32,
  components: {
    // Coloured titles on coloured ground are too pale to read; the icon and the ground carry the colour.
    Alert: Alert.extend({ styles: { title: { color: 'var(--mantine-color-gray-9)' } } }),
  },
});
