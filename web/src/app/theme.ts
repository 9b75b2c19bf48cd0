import { Alert, createTheme } from '@mantine/core';

const fonts = 'system-ui, "Hiragino Sans", "Yu Gothic UI", "Noto Sans JP", "Noto Sans CJK JP", Meiryo, sans-serif';

export const theme = createTheme({
  primaryColor: 'navy',
  primaryShade: 7,
  colors: {
    navy: ['#eef4fb', '#dbe6f4', '#b4cce9', '#8ab0de', '#6798d4', '#5189ce', '#3b76bf', '#1c5aa0', '#174b87', '#103a6c'],
    // White text on shade 7 and darker passes 4.5 : 1 in these three as well, which the usual palettes miss.
    teal: ['#e9f8f2', '#d3f0e4', '#a5e0c8', '#73cfaa', '#45bf8e', '#27a878', '#128c62', '#08734f', '#066042', '#044c34'],
    orange: ['#fff3e6', '#ffe4c7', '#ffc78f', '#ffa756', '#f58a28', '#db6f0e', '#bf5b06', '#9f4a02', '#853d00', '#6b3100'],
    red: ['#fdeeee', '#fbdada', '#f5b1b1', '#ee8585', '#e65c5c', '#d83a3a', '#c92a2a', '#b42020', '#991b1b', '#7d1515'],
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
